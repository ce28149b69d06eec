/** Waiting for the events of event targets, in any engine. */
import { describe, expect, it } from "vitest";
import {
  type Coroutine,
  createTask,
  isCancelled,
  run,
  sleep,
  waitFor,
  waitForEvent,
} from "../index.js";
import { raisedBy, thrownBy } from "../structured/steps.contract.js";
import { runVirtual } from "../testing.js";

/** A target that knows who listens. */
class Target extends EventTarget {
  readonly listening: string[] = [];

  override addEventListener(...args: Parameters<EventTarget["addEventListener"]>): void {
    this.listening.push(args[0]);
    super.addEventListener(...args);
  }

  override removeEventListener(...args: Parameters<EventTarget["removeEventListener"]>): void {
    const at = this.listening.indexOf(args[0]);
    if (at >= 0) this.listening.splice(at, 1);
    super.removeEventListener(...args);
  }
}

/** An event that carries an error, as a worker's or a window's does. */
function errorEvent(error: unknown): Event {
  return Object.assign(new Event("error"), { error });
}

describe("waitForEvent", () => {
  it("waitForEvent() gives the next event of a target, and listens no more", () => {
    const target = new Target();
    const seen = runVirtual(function* main() {
      createTask(function* dispatches() {
        yield* sleep(1);
        target.dispatchEvent(new CustomEvent("ready", { detail: 1 }));
        target.dispatchEvent(new CustomEvent("ready", { detail: 2 }));
      });
      const { detail } = yield* waitForEvent<CustomEvent>(target, "ready");
      return detail;
    });
    expect([seen, target.listening]).toEqual([1, []]);
  });

  it("waitForEvent() listens from the moment it is awaited", () => {
    const target = new Target();
    const seen = runVirtual(function* main() {
      const ready = waitForEvent(target, "ready");
      const before = target.listening.length;
      const task = createTask(ready);
      yield* sleep(0);
      const during = [...target.listening];
      target.dispatchEvent(new Event("ready"));
      const after = target.listening.length;
      return [before, during, after, (yield* task).type];
    });
    expect(seen).toEqual([0, ["ready", "error"], 0, "ready"]);
  });

  it("waitForEvent() raises the error of an error event, or one of its own around the event", () => {
    const target = new Target();
    const error = new RangeError("broken");
    const seen = runVirtual(function* main() {
      const raised: unknown[] = [];
      const event = new Event("error");
      for (const dispatched of [errorEvent(error), event]) {
        createTask(function* dispatches() {
          yield* sleep(1);
          target.dispatchEvent(dispatched);
        });
        raised.push(yield* raisedBy(waitForEvent(target, "ready")));
      }
      const [first, second] = raised as [unknown, Error & { code: string }];
      return [first === error, second.code, second.message, second.cause === event];
    });
    const message = "Cannot wait for event ready: error came; see its cause";
    expect(seen).toEqual([true, "ERR_EVENT", message, true]);
    expect(target.listening).toEqual([]);
  });

  it("waitForEvent() raises at the events of rejectOn, and at no others", () => {
    const target = new Target();
    const seen = runVirtual(function* main() {
      createTask(function* dispatches() {
        yield* sleep(1);
        target.dispatchEvent(errorEvent(new Error("not asked for")));
        target.dispatchEvent(new Event("close"));
      });
      return yield* raisedBy(waitForEvent(target, "message", { rejectOn: ["close"] }));
    });
    expect(seen).toMatchObject({ code: "ERR_EVENT" });
    expect(String(seen)).toContain("close came");
  });

  it("waitForEvent() for an error event gives it", () => {
    const target = new Target();
    const seen = runVirtual(function* main() {
      createTask(function* dispatches() {
        yield* sleep(1);
        target.dispatchEvent(errorEvent("what was wanted"));
      });
      return (yield* waitForEvent<Event & { error: unknown }>(target, "error")).error;
    });
    expect(seen).toBe("what was wanted");
  });

  it("waitForEvent() listens no more from the moment its task is cancelled", () => {
    const target = new Target();
    const seen = runVirtual(function* main() {
      const task = createTask(waitForEvent(target, "ready"));
      yield* sleep(0);
      const during = target.listening.length;
      task.cancel();
      const after = target.listening.length;
      const error = yield* raisedBy(task);
      const late = yield* raisedBy(waitFor(waitForEvent(target, "ready"), 1));
      return [during, after, isCancelled(error), (late as Error).name, target.listening.length];
    });
    expect(seen).toEqual([2, 0, true, "TimeoutError", 0]);
  });

  it("waitForEvent() raises the reason of its signal, also one that is aborted already", () => {
    const target = new Target();
    const controller = new AbortController();
    const { signal } = controller;
    const seen = runVirtual(function* main() {
      createTask(function* aborts() {
        yield* sleep(1);
        controller.abort("enough");
      });
      const during = yield* raisedBy(waitForEvent(target, "ready", { signal }));
      return [during, yield* raisedBy(waitForEvent(target, "ready", { signal }))];
    });
    expect([seen, target.listening]).toEqual([["enough", "enough"], []]);
  });

  it("waitForEvent() can be awaited by plain code, and waits for an abort signal's own event", async () => {
    const target = new Target();
    const controller = new AbortController();
    setTimeout(() => {
      target.dispatchEvent(new Event("ready"));
      controller.abort();
    });
    const seen = await run(function* main(): Coroutine<string> {
      return (yield* waitForEvent(controller.signal, "abort")).type;
    });
    expect(seen).toBe("abort");
    setTimeout(() => target.dispatchEvent(new Event("ready")));
    expect((await waitForEvent(target, "ready")).type).toBe("ready");
  });

  it("waitForEvent() refuses what has no events", () => {
    for (const bad of [null, undefined, 42, {}, function* generator() {}]) {
      const error = thrownBy(() => waitForEvent(bad as never, "ready"));
      expect(error).toMatchObject({ name: "TypeError", code: "ERR_INVALID_ARG" });
    }
  });
});
