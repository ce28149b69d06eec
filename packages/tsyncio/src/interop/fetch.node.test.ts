/** `fetch` in a task, against a real server on the loopback interface. */
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import {
  asyncFor,
  asyncWith,
  BREAK,
  createTask,
  currentSignal,
  Event,
  fromPromise,
  gather,
  run,
  sleep,
  TaskGroup,
  TimeoutError,
  timeout,
} from "../index.js";
import { raisedBy } from "../structured/steps.contract.js";

let server: Server;
let base: string;
/** Set when a request to /slow has come, and when its connection was closed by the client. */
let arrived: Event;
let dropped: Event;

beforeAll(async () => {
  server = createServer((request, response) => {
    if (request.url === "/slow") {
      response.on("close", () => dropped.set());
      arrived.set();
      return;
    }
    if (request.url === "/lines") {
      for (const line of ["one", "two", "three"]) response.write(`${line}\n`);
      response.end();
      return;
    }
    response.end(`hello ${request.url}`);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});

afterAll(async () => {
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
});

/** A request that the server never answers. */
function* slow() {
  arrived = new Event();
  dropped = new Event();
  return yield* fromPromise(fetch(`${base}/slow`, { signal: currentSignal() }));
}

describe("fetch", () => {
  it("fetch() is awaited by fromPromise(), several at once by gather()", async () => {
    const texts = await run(function* main() {
      const responses = yield* gather(
        fetch(`${base}/a`),
        fetch(`${base}/b`),
        fromPromise((signal) => fetch(`${base}/c`, { signal })),
      );
      return yield* gather(responses.map((response) => response.text()));
    });
    expect(texts).toEqual(["hello /a", "hello /b", "hello /c"]);
  });

  it("Task.cancel() ends a request that was given currentSignal(): the server sees it close", async () => {
    await run(function* main() {
      const task = createTask(slow());
      yield* sleep(0);
      yield* arrived.wait();
      task.cancel();
      yield* raisedBy(task);
      expect(task.cancelled()).toBe(true);
      yield* dropped.wait();
    });
  });

  it("Task.cancel() ends a request made by fromPromise() with a signal", async () => {
    await run(function* main() {
      arrived = new Event();
      dropped = new Event();
      const task = createTask(fromPromise((signal) => fetch(`${base}/slow`, { signal })));
      yield* arrived.wait();
      task.cancel();
      yield* raisedBy(task);
      yield* dropped.wait();
    });
  });

  it("timeout() ends a request inside its block, and the task goes on", async () => {
    const text = await run(function* main() {
      const error = yield* raisedBy(
        asyncWith(timeout(null), function* block(limit) {
          createTask(function* expire() {
            yield* arrived.wait();
            limit.reschedule(0);
          });
          yield* slow();
        }),
      );
      expect(error).toBeInstanceOf(TimeoutError);
      yield* dropped.wait();
      const response = yield* fromPromise(fetch(`${base}/after`, { signal: currentSignal() }));
      return yield* fromPromise(response.text());
    });
    expect(text).toBe("hello /after");
  });

  it("TaskGroup ends the requests of its members when one fails", async () => {
    await run(function* main() {
      const error = yield* raisedBy(
        asyncWith(new TaskGroup(), function* block(group) {
          group.createTask(slow());
          yield* sleep(0);
          yield* arrived.wait();
          throw new Error("block");
        }),
      );
      expect((error as AggregateError).errors).toEqual([new Error("block")]);
      yield* dropped.wait();
    });
  });

  it("run() ends the requests of the tasks that main left behind", async () => {
    await run(function* main() {
      createTask(slow());
      yield* sleep(0);
      yield* arrived.wait();
    });
    await dropped.wait();
  });

  it("asyncFor() iterates the body of a response", async () => {
    const text = await run(function* main() {
      const response = yield* fromPromise(fetch(`${base}/lines`));
      const decoder = new TextDecoder();
      let text = "";
      yield* asyncFor(response.body as ReadableStream<Uint8Array>, function* block(chunk) {
        text += decoder.decode(chunk, { stream: true });
        if (text.includes("two")) return BREAK;
        return undefined;
      });
      return text;
    });
    expect(text.startsWith("one\ntwo\n")).toBe(true);
  });
});
