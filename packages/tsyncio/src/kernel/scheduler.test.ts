import { describe, expect, test } from "vitest";
import { errorOf } from "../../test/errors.js";
import { steps } from "../../test/steps.js";
import {
  type Coroutine,
  createTask,
  getRunningLoop,
  type Handle,
  type Host,
  KeyboardInterrupt,
  Loop,
  sleep,
  VirtualHost,
} from "../index.js";
import { runVirtual } from "../testing.js";

/** Runs what is ready on `loop`, and what that adds, until `until` on its clock. */
function runUntil(loop: Loop, until: number): void {
  loop.callAt(until, () => loop.stop());
  void loop.runForever();
}

describe("the order of a turn", () => {
  test("createTask() and callSoon() queue in the order of the calls (B2 1)", () => {
    const { at, end } = steps();
    runVirtual(function* main() {
      const first = function* (): Coroutine<void> {
        at(1);
      };
      const second = function* (): Coroutine<void> {
        at(3);
      };
      createTask(first());
      getRunningLoop().callSoon(() => at(2));
      createTask(second());
      yield* sleep(0);
      end(4);
    });
  });

  test("an entry added during a turn runs in the next, also when nothing else is queued (B2 2)", () => {
    const log: string[] = [];
    const loop = new Loop(new VirtualHost());
    loop.callSoon(() => {
      log.push("first");
      loop.callSoon(() => log.push("added"));
      loop.stop();
    });
    void loop.runForever();
    expect(log).toEqual(["first"]);
    loop.callSoon(() => loop.stop());
    void loop.runForever();
    expect(log).toEqual(["first", "added"]);
  });

  test("a handle that an earlier one of the same turn cancels does not run (B2 3)", () => {
    const log: number[] = [];
    runVirtual(function* main() {
      const loop = getRunningLoop();
      let second: Handle | undefined;
      loop.callSoon(() => {
        log.push(1);
        second?.cancel();
      });
      second = loop.callSoon(() => log.push(2));
      loop.callSoon(() => log.push(3));
      yield* sleep(0);
    });
    expect(log).toEqual([1, 3]);
  });

  test("callLater(0) runs behind everything that was ready before (B2 4)", () => {
    const log: string[] = [];
    runVirtual(function* main() {
      const loop = getRunningLoop();
      loop.callSoon(() => log.push("soon"));
      loop.callLater(0, () => log.push("later"));
      yield* sleep(0);
      log.push("main");
      loop.callSoon(() => log.push("soon 2"));
      yield* sleep(0);
      log.push("main");
    });
    expect(log).toEqual(["soon", "main", "later", "soon 2", "main"]);
  });

  test("due timers run behind what is ready, in the order of their deadlines (B2 5)", () => {
    const log: string[] = [];
    const loop = new Loop(new VirtualHost());
    loop.callAt(0.3, () => log.push("0.3"));
    loop.callAt(0.1, () => {
      log.push("0.1");
      loop.callSoon(() => log.push("soon"));
      // It is overdue from the beginning, and still comes behind what was ready before it.
      loop.callAt(0.05, () => log.push("0.05"));
    });
    loop.callAt(0.2, () => log.push("0.2"));
    runUntil(loop, 1);
    expect(log).toEqual(["0.1", "soon", "0.05", "0.2", "0.3"]);
  });

  test("timers of equal deadline fire in the order of their creation (B2 6)", () => {
    const log: number[] = [];
    const loop = new Loop(new VirtualHost());
    for (let i = 0; i < 12; i++) loop.callAt(1, () => log.push(i));
    runUntil(loop, 2);
    expect(log).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11]);
  });

  test("timers that lie within the clock's resolution fire in one turn (B2 7)", () => {
    const log: string[] = [];
    const loop = new Loop(new VirtualHost());
    const resolution = loop.host.resolution;
    loop.callAt(1, () => {
      log.push("1");
      loop.callSoon(() => log.push("next turn"));
    });
    loop.callAt(1 + resolution / 2, () => log.push("1 and a bit"));
    loop.callAt(1 + resolution * 2, () => log.push("2 resolutions later"));
    runUntil(loop, 2);
    expect(log).toEqual(["1", "1 and a bit", "next turn", "2 resolutions later"]);
  });

  test.each([1e9, 1.7e9, 2 ** 40])("timers fire where the clock reads %d already", (start) => {
    const loop = new Loop(new VirtualHost(start));
    const log: number[] = [];
    loop.callLater(0, () => log.push(0));
    loop.callLater(1, () => log.push(1));
    loop.callLater(0.25, () => log.push(0.25));
    runUntil(loop, start + 2);
    expect(log).toEqual([0, 0.25, 1]);
  });

  test.each([100, 101, 1000])(
    "of %i timers those that are not cancelled fire, in order (B2 8)",
    (count) => {
      const log: number[] = [];
      const loop = new Loop(new VirtualHost());
      const handles = Array.from({ length: count }, (_, i) => loop.callAt(i, () => log.push(i)));
      for (const [i, handle] of handles.entries()) if (i % 10 !== 3) handle.cancel();
      runUntil(loop, count);
      expect(log).toEqual(handles.flatMap((_, i) => (i % 10 === 3 ? [i] : [])));
    },
  );

  test("a timer that an earlier one of the same turn cancels does not run", () => {
    const log: string[] = [];
    const loop = new Loop(new VirtualHost());
    loop.callAt(1, () => {
      log.push("first");
      second.cancel();
    });
    const second = loop.callAt(1, () => log.push("second"));
    runUntil(loop, 2);
    expect(log).toEqual(["first"]);
  });
});

describe("Loop.stop()", () => {
  test("lets the turn end and leaves the next one for the next run (B2 9)", () => {
    const log: string[] = [];
    const loop = new Loop(new VirtualHost());
    loop.callSoon(() => {
      log.push("stops");
      loop.stop();
      loop.callSoon(() => log.push("next turn"));
    });
    loop.callSoon(() => log.push("same turn"));
    void loop.runForever();
    expect(log).toEqual(["stops", "same turn"]);
    loop.stop();
    void loop.runForever();
    expect(log).toEqual(["stops", "same turn", "next turn"]);
  });

  test("before runForever() makes it run exactly one turn, without waiting (B2 10)", () => {
    const log: string[] = [];
    const loop = new Loop(new VirtualHost());
    loop.callLater(1, () => log.push("timer"));
    loop.callSoon(() => {
      log.push("soon");
      loop.callSoon(() => log.push("second turn"));
    });
    loop.stop();
    void loop.runForever();
    expect(log).toEqual(["soon"]);
    expect(loop.time()).toBe(0);
  });
});

describe("waiting", () => {
  /** A clock that notes how long the loop asks it to wait. */
  class WaitingHost implements Host {
    readonly name = "waiting";
    readonly resolution = 1e-9;
    readonly waits: number[] = [];
    time = 100;

    now(): number {
      return this.time;
    }

    waitUntil(when: number): void {
      this.waits.push(when - this.time);
      this.time = when;
    }

    soon(): void {}
    later(): void {}
    alarm(): void {}
  }

  test("lasts until the first deadline, and does not happen while anything is ready (B2 14)", () => {
    const host = new WaitingHost();
    const loop = new Loop(host);
    let turns = 0;
    const spin = (): void => {
      if (++turns < 100) loop.callSoon(spin);
    };
    loop.callLater(8, () => loop.stop());
    loop.callLater(2, spin);
    void loop.runForever();
    expect(turns).toBe(100);
    expect(host.waits).toEqual([2, 6]);
  });

  test("does not happen for a deadline that has passed", () => {
    const host = new WaitingHost();
    const loop = new Loop(host);
    loop.callLater(-5, () => loop.stop());
    void loop.runForever();
    expect(host.waits).toEqual([]);
  });

  test("goes on when the host woke too early", () => {
    const host = new WaitingHost();
    const loop = new Loop(host);
    const punctual = host.waitUntil.bind(host);
    host.waitUntil = (when) => punctual(when - host.time > 0.5 ? host.time + 0.5 : when);
    const fired: number[] = [];
    loop.callLater(1.25, () => {
      fired.push(loop.time());
      loop.stop();
    });
    void loop.runForever();
    expect(fired).toEqual([101.25]);
    expect(host.waits).toEqual([0.5, 0.5, 0.25]);
  });

  test("without a timer raises DeadlockError, after which the loop can go on", () => {
    const loop = new Loop(new VirtualHost());
    expect(errorOf(() => loop.runForever())).toMatchObject({ code: "ERR_DEADLOCK" });
    const log: string[] = [];
    loop.callSoon(() => log.push("soon"));
    runUntil(loop, 1);
    expect(log).toEqual(["soon"]);
  });
});

describe("KeyboardInterrupt", () => {
  test("from a callback leaves the loop; the rest is intact for the next run (B2 13)", () => {
    const log: string[] = [];
    const loop = new Loop(new VirtualHost());
    loop.callSoon(() => log.push("before"));
    loop.callSoon(() => {
      throw new KeyboardInterrupt("stop it");
    });
    loop.callSoon(() => log.push("after"));
    loop.callLater(1, () => log.push("timer"));
    expect(errorOf(() => loop.runForever())).toBeInstanceOf(KeyboardInterrupt);
    expect(log).toEqual(["before"]);
    expect(loop.isRunning()).toBe(false);
    runUntil(loop, 2);
    expect(log).toEqual(["before", "after", "timer"]);
  });

  test("from a done callback leaves the loop as well", () => {
    const loop = new Loop(new VirtualHost());
    const future = loop.createFuture<number>();
    const log: string[] = [];
    future.addDoneCallback(() => {
      throw new KeyboardInterrupt();
    });
    future.addDoneCallback(() => log.push("second"));
    future.setResult(1);
    expect(errorOf(() => loop.runForever())).toBeInstanceOf(KeyboardInterrupt);
    runUntil(loop, 1);
    expect(log).toEqual(["second"]);
  });

  test("from a task is stored in the task and leaves the loop (B2 62)", () => {
    const loop = new Loop(new VirtualHost());
    const interrupt = new KeyboardInterrupt();
    const task = loop.createTask(function* interrupted() {
      throw interrupt;
    });
    expect(errorOf(() => loop.runForever())).toBe(interrupt);
    expect(task.exception()).toBe(interrupt);
  });
});
