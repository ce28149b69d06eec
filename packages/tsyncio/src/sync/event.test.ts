import { describe, expect, it } from "vitest";
import { type Coroutine, createTask, gather, sleep } from "../index.js";
import { runVirtual } from "../testing.js";
import { cancelAtEveryTurn } from "./cancel-injection.contract.js";
import { Event } from "./event.js";
import { HOSTS } from "./hosts.contract.js";

for (const [host, start] of HOSTS) {
  describe(`Event on ${host}`, () => {
    it("Event.wait() waits for set() and gives true", async () => {
      const seen = await start(function* main() {
        const event = new Event();
        const waiter = createTask(event.wait());
        yield* sleep(0);
        const before = [event.isSet(), waiter.done()];
        event.set();
        return [...before, event.isSet(), yield* waiter];
      });
      expect(seen).toEqual([false, false, true, true]);
    });

    it("Event.wait() does not yield to the loop when the event is set", async () => {
      const order = await start(function* main() {
        const event = new Event();
        const log: string[] = [];
        event.set();
        const other = createTask(noteAfter(new Event(), log, "never"), { eagerStart: true });
        const next = createTask(note(log, "other"));
        log.push(`main ${yield* event.wait()}`);
        yield* next;
        other.cancel();
        return log;
      });
      expect(order).toEqual(["main true", "other"]);
    });

    it("Event.set() wakes everybody in FIFO order, one turn later", async () => {
      const order = await start(function* main() {
        const event = new Event();
        const log: string[] = [];
        const waiters = ["a", "b", "c"].map((name) => createTask(noteAfter(event, log, name)));
        yield* sleep(0);
        event.set();
        log.push("set");
        yield* sleep(0);
        log.push("next turn");
        yield* gather(waiters);
        return log;
      });
      expect(order).toEqual(["set", "a", "b", "c", "next turn"]);
    });
  });
}

describe("Event", () => {
  it("Event.set() wakes those who wait although clear() follows at once", () => {
    const seen = runVirtual(function* main() {
      const event = new Event();
      const log: string[] = [];
      const early = [1, 2].map((n) => createTask(noteAfter(event, log, `early ${n}`)));
      yield* sleep(0);
      event.set();
      event.clear();
      const late = createTask(noteAfter(event, log, "late"));
      yield* gather(early);
      yield* sleep(0);
      log.push(late.done() ? "late is done" : "late waits");
      event.set();
      yield* late;
      return log;
    });
    expect(seen).toEqual(["early 1", "early 2", "late waits", "late"]);
  });

  it("Event.set() twice wakes once", () => {
    const seen = runVirtual(function* main() {
      const event = new Event();
      const log: string[] = [];
      const waiter = createTask(noteAfter(event, log, "woken"));
      yield* sleep(0);
      event.set();
      event.set();
      yield* waiter;
      return log;
    });
    expect(seen).toEqual(["woken"]);
  });

  it("Event.wait() cancelled while waiting leaves no waiter behind", () => {
    const event = new Event();
    const cancelled = runVirtual(function* main() {
      const waiter = createTask(event.wait());
      yield* sleep(0);
      waiter.cancel();
      const text = String(event);
      yield* gather([waiter], { returnExceptions: true });
      return [waiter.cancelled(), text];
    });
    expect(cancelled).toEqual([true, "<Event [unset]>"]);
  });

  it("Event.wait() cancelled after being woken is cancelled, and the event stays set", () => {
    const seen = runVirtual(function* main() {
      const event = new Event();
      const waiter = createTask(event.wait());
      const other = createTask(event.wait());
      yield* sleep(0);
      event.set();
      waiter.cancel();
      yield* gather([waiter], { returnExceptions: true });
      return [waiter.cancelled(), event.isSet(), yield* other];
    });
    expect(seen).toEqual([true, true, true]);
  });

  it("Event.wait() on a second loop is an error only when it must wait", () => {
    const event = new Event();
    function* waitForSet(): Coroutine<boolean> {
      const waiter = createTask(event.wait());
      yield* sleep(0);
      event.set();
      return yield* waiter;
    }
    expect(runVirtual(waitForSet)).toBe(true);
    expect(runVirtual(waitForSet)).toBe(true);
    event.clear();
    expect(() => runVirtual(waitForSet)).toThrow(
      expect.objectContaining({ code: "ERR_FOREIGN_LOOP" }),
    );
  });

  it("Event.set() from a plain callback wakes a waiter", () => {
    const given = runVirtual(function* main() {
      const event = new Event();
      const waiter = createTask(event.wait());
      waiter.getLoop().callLater(1, () => event.set());
      return yield* waiter;
    });
    expect(given).toBe(true);
  });

  it("a waiter that is cancelled in whichever turn leaves the others and the event alone", () => {
    const runs = cancelAtEveryTurn(() => {
      const event = new Event();
      function* twice(): Coroutine<void> {
        yield* event.wait();
        yield* sleep(0);
        yield* event.wait();
      }
      function* pulse(): Coroutine<void> {
        for (;;) {
          yield* sleep(0);
          event.set();
          event.clear();
        }
      }
      return {
        workers: [twice, twice, twice],
        helper: pulse,
        *check() {
          event.set();
          expect(String(event)).toBe("<Event [set]>");
          expect(yield* event.wait()).toBe(true);
        },
      };
    });
    expect(runs).toBeGreaterThan(20);
  });

  it("a deadlock report names the wait", () => {
    expect(() => runVirtual(() => new Event().wait())).toThrow(/waits for Event\.wait\(\)/);
  });

  it("toString() says whether it is set and how many wait", () => {
    const seen = runVirtual(function* main() {
      const event = new Event();
      const waiter = createTask(event.wait());
      yield* sleep(0);
      const waiting = String(event);
      event.set();
      yield* waiter;
      return [waiting, String(event)];
    });
    expect(seen).toEqual(["<Event [unset, waiters:1]>", "<Event [set]>"]);
  });
});

function* note(log: string[], what: string): Coroutine<void> {
  log.push(what);
}

function* noteAfter(event: Event, log: string[], what: string): Coroutine<void> {
  yield* event.wait();
  log.push(what);
}
