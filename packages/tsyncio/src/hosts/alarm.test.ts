import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { Loop } from "../index.js";
import { Alarm } from "./alarm.js";
import { BrowserHost } from "./browser/browser-host.js";

const DAY = 86_400;

beforeEach(() => {
  vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout", "performance"] });
});
afterEach(() => {
  vi.useRealTimers();
});

function now(): number {
  return performance.now() / 1000;
}

describe("Alarm", () => {
  test("goes off at its time, once", () => {
    const alarm = new Alarm();
    const calls: number[] = [];
    alarm.set(now() + 2, now(), () => calls.push(now()));
    vi.advanceTimersByTime(10_000);
    expect(calls).toEqual([2]);
    expect(vi.getTimerCount()).toBe(0);
  });

  test("at once for a time that has passed", () => {
    const alarm = new Alarm();
    const calls: number[] = [];
    alarm.set(now() - 5, now(), () => calls.push(now()));
    vi.advanceTimersByTime(0);
    expect(calls).toEqual([0]);
  });

  test("set to an earlier time replaces the later one", () => {
    const alarm = new Alarm();
    const calls: string[] = [];
    alarm.set(now() + 5, now(), () => calls.push("5"));
    alarm.set(now() + 1, now(), () => calls.push("1"));
    expect(vi.getTimerCount()).toBe(1);
    vi.advanceTimersByTime(10_000);
    expect(calls).toEqual(["1"]);
  });

  test("set to a later time lets the earlier one stand: whoever is woken too early asks again", () => {
    const alarm = new Alarm();
    const calls: number[] = [];
    alarm.set(now() + 1, now(), () => calls.push(now()));
    alarm.set(now() + 5, now(), () => calls.push(now()));
    vi.advanceTimersByTime(1_000);
    expect(calls).toEqual([1]);
  });

  test("is removed by undefined", () => {
    const alarm = new Alarm();
    alarm.set(now() + 1, now(), () => {});
    alarm.set(undefined, now(), () => {});
    expect(vi.getTimerCount()).toBe(0);
  });

  test("for a time far away goes off daily: the engine's timers hold 24 days only", () => {
    const alarm = new Alarm();
    const calls: number[] = [];
    const when = now() + 30 * DAY;
    const ring = (): void => {
      calls.push(now());
      if (now() < when) alarm.set(when, now(), ring);
    };
    alarm.set(when, now(), ring);
    vi.advanceTimersByTime(31 * DAY * 1000);
    expect(calls).toEqual(Array.from({ length: 30 }, (_, day) => (day + 1) * DAY));
  });

  test("rounds up to the millisecond of the engine's timers", () => {
    const alarm = new Alarm();
    const calls: number[] = [];
    alarm.set(now() + 0.0012, now(), () => calls.push(now()));
    vi.advanceTimersByTime(1);
    expect(calls).toEqual([]);
    vi.advanceTimersByTime(1);
    expect(calls).toEqual([0.002]);
  });
});

test("a timer of 30 days fires on the day, and not before (B2 248)", () => {
  const loop = new Loop(new BrowserHost());
  const fired: number[] = [];
  // The first slice is asked for by a microtask, which no fake clock holds back: it is run here.
  vi.spyOn(globalThis, "queueMicrotask").mockImplementation((run) => run());
  loop.callLater(30 * DAY, () => fired.push(loop.time()));
  vi.advanceTimersByTime(29.9 * DAY * 1000);
  expect(fired).toEqual([]);
  vi.advanceTimersByTime(0.1 * DAY * 1000);
  expect(fired).toEqual([30 * DAY]);
  loop.close();
});
