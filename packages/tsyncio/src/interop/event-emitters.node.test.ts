/** Waiting for events of Node's emitters. */
import { EventEmitter } from "node:events";
import { createServer } from "node:net";
import { describe, expect, it } from "vitest";
import { asyncFor, createTask, events, isCancelled, run, sleep, waitForEvent } from "../index.js";
import { raisedBy } from "../structured/steps.contract.js";
import { runVirtual } from "../testing.js";

/** How many listeners an emitter has. */
function listeners(emitter: EventEmitter): number {
  return emitter.eventNames().reduce((sum, name) => sum + emitter.listenerCount(name), 0);
}

describe("waitForEvent", () => {
  it("waitForEvent() gives what an emitter's event was emitted with, and listens no more", () => {
    const emitter = new EventEmitter();
    const name = Symbol("name");
    const seen = runVirtual(function* main() {
      createTask(function* emits() {
        yield* sleep(1);
        emitter.emit(name, 1, "two");
        emitter.emit(name, 3);
      });
      const [number, text] = yield* waitForEvent<[number, string]>(emitter, name);
      return [number, text];
    });
    expect([seen, listeners(emitter)]).toEqual([[1, "two"], 0]);
  });

  it("waitForEvent() raises an emitter's error, and anything else that one is emitted with as a cause", () => {
    const emitter = new EventEmitter();
    const error = new RangeError("broken");
    const seen = runVirtual(function* main() {
      const raised: unknown[] = [];
      for (const emitted of [error, "text"]) {
        createTask(function* emits() {
          yield* sleep(1);
          emitter.emit("error", emitted);
        });
        raised.push(yield* raisedBy(waitForEvent(emitter, "ready")));
      }
      const [first, second] = raised as [unknown, Error & { code: string }];
      return [first === error, second.code, second.cause];
    });
    expect([seen, listeners(emitter)]).toEqual([[true, "ERR_EVENT", "text"], 0]);
  });

  it("waitForEvent() listens to an emitter no more from the moment its task is cancelled", () => {
    const emitter = new EventEmitter();
    const seen = runVirtual(function* main() {
      const task = createTask(waitForEvent(emitter, "ready", { rejectOn: ["error", "close"] }));
      yield* sleep(0);
      const during = listeners(emitter);
      task.cancel();
      return [during, listeners(emitter), isCancelled(yield* raisedBy(task))];
    });
    expect(seen).toEqual([3, 0, true]);
  });

  it("waitForEvent() waits for real servers", async () => {
    const server = createServer();
    const codes = await run(function* main() {
      server.listen(0, "127.0.0.1");
      yield* waitForEvent(server, "listening");
      const second = createServer().listen(server.address());
      const error = yield* raisedBy(waitForEvent(second, "listening"));
      server.close();
      yield* waitForEvent(server, "close");
      return (error as { code: string }).code;
    });
    expect(codes).toBe("EADDRINUSE");
  });
});

describe("events", () => {
  it("events() gives what each of an emitter's events was emitted with", () => {
    const emitter = new EventEmitter();
    const seen = runVirtual(function* main() {
      createTask(function* emits() {
        yield* sleep(1);
        for (let n = 0; n < 3; n++) emitter.emit("item", n, n * n);
        emitter.emit("end");
      });
      const seen: unknown[] = [];
      const items = events<[number, number]>(emitter, "item", { endOn: ["end"] });
      yield* asyncFor(items, function* ([n, square]) {
        seen.push([n, square]);
      });
      return seen;
    });
    expect(seen).toEqual([
      [0, 0],
      [1, 1],
      [2, 4],
    ]);
    expect(listeners(emitter)).toBe(0);
  });
});
