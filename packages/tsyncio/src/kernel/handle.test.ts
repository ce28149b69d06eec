import { describe, expect, test } from "vitest";
import { Context, ContextVar, getRunningLoop, Loop, sleep, VirtualHost } from "../index.js";
import { runVirtual } from "../testing.js";

function callback(): void {}

describe("Handle", () => {
  test("cancel() keeps the callback from running, and may be called again", () => {
    const log: string[] = [];
    runVirtual(function* main() {
      const handle = getRunningLoop().callSoon(() => log.push("ran"));
      expect(handle.cancelled()).toBe(false);
      handle.cancel();
      handle.cancel();
      expect(handle.cancelled()).toBe(true);
      yield* sleep(0);
    });
    expect(log).toEqual([]);
  });

  test("cancel() after the callback ran does nothing to the loop", () => {
    const log: string[] = [];
    runVirtual(function* main() {
      const handle = getRunningLoop().callSoon(() => log.push("ran"));
      yield* sleep(0);
      handle.cancel();
      yield* sleep(0);
    });
    expect(log).toEqual(["ran"]);
  });

  test("a handle that cancels itself while it runs comes to its end", () => {
    const log: string[] = [];
    runVirtual(function* main() {
      const handle = getRunningLoop().callSoon(() => {
        log.push("begin");
        handle.cancel();
        log.push("end");
      });
      yield* sleep(0);
    });
    expect(log).toEqual(["begin", "end"]);
  });

  test("getContext() is the context it was given, else a copy of the current one", () => {
    const color = new ContextVar<string>("color");
    const given = new Context();
    runVirtual(function* main() {
      const loop = getRunningLoop();
      color.set("red");
      const copied = loop.callSoon(callback);
      color.set("blue");
      expect(copied.getContext().get(color)).toBe("red");
      expect(loop.callSoon(callback, { context: given }).getContext()).toBe(given);
      expect(loop.callLater(1, callback, { context: given }).getContext()).toBe(given);
    });
  });

  test("toString() names the callback, and says that it is cancelled", () => {
    const loop = new Loop(new VirtualHost());
    const handle = loop.callSoon(callback);
    expect(String(handle)).toBe("<Handle callback>");
    handle.cancel();
    expect(String(handle)).toBe("<Handle cancelled>");
    expect(String(loop.callLater(1, callback))).toBe("<TimerHandle callback>");
    expect(String(loop.callSoon(() => {}))).toBe("<Handle (anonymous)>");
  });
});

describe("TimerHandle", () => {
  test("when() is the deadline on the loop's clock", () => {
    const loop = new Loop(new VirtualHost(50));
    expect(loop.callAt(7, callback).when()).toBe(7);
    expect(loop.callLater("250ms", callback).when()).toBe(50.25);
  });

  test("cancel() keeps the callback from running and the clock from waiting for it", () => {
    const loop = new Loop(new VirtualHost());
    const log: string[] = [];
    const handle = loop.callLater(1000, () => log.push("ran"));
    loop.callLater(1, () => loop.stop());
    handle.cancel();
    handle.cancel();
    void loop.runForever();
    expect(handle.cancelled()).toBe(true);
    expect(log).toEqual([]);
    expect(loop.time()).toBe(1);
  });
});
