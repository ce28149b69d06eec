/** Iterating the events of event targets, in any engine. */
import { describe, expect, it } from "vitest";
import {
  asyncFor,
  BREAK,
  createTask,
  type EventsOptions,
  events,
  isCancelled,
  run,
  sleep,
  waitFor,
} from "../index.js";
import { raisedBy } from "../structured/steps.contract.js";
import { runVirtual } from "../testing.js";

/** A target that counts who listens. */
class Target extends EventTarget {
  listening = 0;

  override addEventListener(...args: Parameters<EventTarget["addEventListener"]>): void {
    this.listening++;
    super.addEventListener(...args);
  }

  override removeEventListener(...args: Parameters<EventTarget["removeEventListener"]>): void {
    this.listening--;
    super.removeEventListener(...args);
  }

  emit(...details: unknown[]): void {
    for (const detail of details) this.dispatchEvent(new CustomEvent("item", { detail }));
  }
}

/** What iterating `target` gives while `program` runs, and how many listen then and afterwards. */
function iterate(program: (target: Target) => void, options: EventsOptions = {}): unknown {
  const target = new Target();
  return runVirtual(function* main() {
    const seen: unknown[] = [];
    const task = createTask(
      asyncFor(events<CustomEvent>(target, "item", options), function* ({ detail }) {
        seen.push(detail);
        yield* sleep(1);
        if (detail === "last") return BREAK;
      }),
    );
    yield* sleep(0);
    const during = target.listening;
    program(target);
    const error = yield* raisedBy(task);
    const code = (error as { code?: string }).code ?? (error as Error).message;
    return { seen, code, listening: [during > 0, target.listening] };
  });
}

const FINISHED = "expected an error, and nothing was raised";

describe("events", () => {
  it("events() gives what comes while the block runs, in order, until the block breaks", () => {
    const got = iterate((target) => target.emit(1, 2, undefined, "last", "too late"));
    const seen = [1, 2, null, "last"];
    expect(got).toEqual({ seen, code: FINISHED, listening: [true, 0] });
  });

  it("events() ends at an event of endOn, behind the events before it", () => {
    const got = iterate(
      (target) => {
        target.emit(1, 2);
        target.dispatchEvent(new Event("close"));
        target.emit(3);
      },
      { endOn: ["end", "close"] },
    );
    expect(got).toEqual({ seen: [1, 2], code: FINISHED, listening: [true, 0] });
  });

  it("events() raises an error event behind the events before it", () => {
    const got = iterate((target) => {
      target.emit(1, 2);
      target.dispatchEvent(Object.assign(new Event("error"), { error: new Error("broken") }));
      target.emit(3);
    });
    expect(got).toEqual({ seen: [1, 2], code: "broken", listening: [true, 0] });
  });

  it("events() with more than limit waiting gives those, and raises", () => {
    const got = iterate((target) => target.emit(0, 1, 2, 3), { limit: 2 });
    expect(got).toEqual({ seen: [0, 1], code: "ERR_EVENT_OVERFLOW", listening: [true, 0] });
  });

  it("events() with dropOldest drops the oldest, and counts", () => {
    const target = new Target();
    const stream = events<CustomEvent>(target, "item", { limit: 2, overflow: "dropOldest" });
    const seen = runVirtual(function* main() {
      stream[Symbol.asyncIterator]();
      target.emit(1, 2, 3, 4, 5);
      const seen: unknown[] = [];
      for (let n = 0; n < 2; n++) seen.push((yield* stream.next()).value?.detail);
      yield* stream.return();
      return [...seen, (yield* stream.next()).done];
    });
    expect([seen, stream.dropped, target.listening]).toEqual([[4, 5, true], 3, 0]);
  });

  it("events() listens from the beginning of the iteration", () => {
    const target = new Target();
    const seen = runVirtual(function* main() {
      const stream = events<CustomEvent>(target, "item");
      target.emit("before");
      const counts = [target.listening];
      const next = createTask(stream.next());
      yield* sleep(0);
      counts.push(target.listening);
      target.emit("after");
      const { value } = yield* next;
      yield* stream.return();
      return [...counts, value?.detail, target.listening];
    });
    expect(seen).toEqual([0, 2, "after", 0]);
  });

  it("events() listens no more from the moment its task is cancelled, wherever it stands", () => {
    const target = new Target();
    const seen = runVirtual(function* main() {
      const log: unknown[] = [];
      // Waiting for the next event, woken by one, and in the block.
      for (const prepare of [() => {}, () => target.emit("woken")]) {
        const task = createTask(asyncFor(events(target, "item"), function* () {}));
        yield* sleep(0);
        log.push(target.listening);
        prepare();
        task.cancel();
        log.push(isCancelled(yield* raisedBy(task)), target.listening);
      }
      const inBlock = createTask(
        asyncFor(events(target, "item"), function* () {
          yield* sleep(10);
        }),
      );
      yield* sleep(0);
      target.emit("one");
      yield* sleep(1);
      inBlock.cancel();
      return [...log, isCancelled(yield* raisedBy(inBlock)), target.listening];
    });
    expect(seen).toEqual([2, true, 0, 2, true, 0, true, 0]);
  });

  it("events() at once: who waits for the next is released by cancel() before its next step", () => {
    const target = new Target();
    const seen = runVirtual(function* main() {
      const task = createTask(events(target, "item").next());
      yield* sleep(0);
      const during = target.listening;
      task.cancel();
      return [during, target.listening, isCancelled(yield* raisedBy(task))];
    });
    expect(seen).toEqual([2, 0, true]);
  });

  it("events() is over when a wait for the next one timed out", () => {
    const target = new Target();
    const seen = runVirtual(function* main() {
      const stream = events(target, "item");
      const late = yield* raisedBy(waitFor(stream.next(), 1));
      target.emit("unheard");
      return [(late as Error).name, (yield* stream.next()).done, target.listening];
    });
    expect(seen).toEqual(["TimeoutError", true, 0]);
  });

  it("events() is for one task at a time", () => {
    const target = new Target();
    const seen = runVirtual(function* main() {
      const stream = events<CustomEvent>(target, "item");
      const first = createTask(stream.next());
      yield* sleep(0);
      const error = yield* raisedBy(stream.next());
      target.emit("for the first");
      return [(error as { code: string }).code, (yield* first).value?.detail];
    });
    expect(seen).toEqual(["ERR_GENERATOR_RUNNING", "for the first"]);
  });

  it("events() ends with the reason of its signal", () => {
    const controller = new AbortController();
    const got = iterate(
      (target) => {
        target.emit(1);
        controller.abort(new Error("enough"));
      },
      { signal: controller.signal },
    );
    expect(got).toEqual({ seen: [1], code: "enough", listening: [true, 0] });
    const never = iterate(() => {}, { signal: controller.signal });
    expect(never).toMatchObject({ seen: [], code: "enough" });
  });

  it("events() can be iterated by for await", async () => {
    const target = new Target();
    setTimeout(() => target.emit(1, 2, 3));
    const seen: unknown[] = [];
    for await (const { detail } of events<CustomEvent>(target, "item")) {
      seen.push(detail);
      if (detail === 2) break;
    }
    expect([seen, target.listening]).toEqual([[1, 2], 0]);
    await run(sleep(0));
  });

  it("events() refuses what has no events", () => {
    expect(() => events({} as never, "item")).toThrow(TypeError);
  });
});
