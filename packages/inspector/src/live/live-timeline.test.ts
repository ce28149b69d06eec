import { createTask, sleep } from "tsyncio";
import { describe, expect, it } from "vitest";
import { delay, recordWith } from "../../test/programs.js";
import { Screen } from "../../test/screen.js";
import { Recorder } from "../recording/recorder.js";
import { LiveTimeline } from "./live-timeline.js";

/** Runs a program that prints a line each second while it is drawn, and stops at its end. */
function show(screen: Screen, seconds: number, each = (_second: number) => {}): void {
  const recorder = new Recorder();
  const live = new LiveTimeline(recorder, screen, { color: false });
  live.start();
  recordWith(recorder, function* main() {
    createTask(delay(60), { name: "sleeper" });
    for (let second = 1; second <= seconds; second++) {
      yield* sleep(1);
      screen.write(`second ${second}\n`);
      each(second);
      live.draw();
    }
  });
  live.stop();
}

describe("LiveTimeline", () => {
  it("draws at the bottom of the screen, below what the program prints", () => {
    const screen = new Screen(60, 12);
    screen.write("$ run it\n");
    let during: string[] = [];
    show(screen, 3, (second) => {
      if (second === 3) during = screen.lines;
    });
    expect(during.slice(0, 4)).toEqual(["$ run it", "second 1", "second 2", "second 3"]);
    expect(during.slice(-4)).toEqual([
      expect.stringMatching(/^ +├ 0s ─+/),
      expect.stringMatching(/^main +●─+/),
      expect.stringMatching(/^└ sleeper ●─ sleep\(60\) ─+ …/),
      expect.stringMatching(/^2 tasks, 2 not done/),
    ]);
  });

  it("leaves the program's output as if nothing had been drawn, however much it was", () => {
    for (const seconds of [1, 5, 8, 30]) {
      const screen = new Screen(60, 12);
      const plain = new Screen(60, 12);
      show(screen, seconds);
      for (let second = 1; second <= seconds; second++) plain.write(`second ${second}\n`);
      const all = (one: Screen) => [...one.scrolledOff, ...one.lines].filter((line) => line !== "");
      expect(all(screen)).toEqual(all(plain));
      screen.write("$ next\n");
      expect(screen.lines.slice(-2)).toEqual([`second ${seconds}`, "$ next"]);
    }
  });

  it("goes on in the middle of a line", () => {
    const screen = new Screen(60, 12);
    const recorder = new Recorder();
    const live = new LiveTimeline(recorder, screen, { color: false });
    live.start();
    recordWith(recorder, function* main() {
      for (let i = 0; i < 10; i++) screen.write(`line ${i}\n`);
      screen.write("50%");
      live.draw();
      yield* sleep(1);
      screen.write(" … 100%");
      live.draw();
    });
    live.stop();
    expect(screen.lines.at(-1)).toBe("50% … 100%");
    expect([...screen.scrolledOff, ...screen.lines]).toHaveLength(11);
  });

  it.each(["bottom", "top"] as const)("follows a screen that grows at its %s", (where) => {
    const screen = new Screen(60, 12);
    show(screen, 20, (second) => {
      if (second === 12) screen.grow(6, where);
    });
    const lines = [...screen.scrolledOff, ...screen.lines];
    expect(lines).toEqual(Array.from({ length: 20 }, (_, i) => `second ${i + 1}`));
    expect(screen.listeners).toBe(0);
  });

  it("takes no more than half of the screen", () => {
    const screen = new Screen(60, 12);
    const recorder = new Recorder();
    const live = new LiveTimeline(recorder, screen, { color: false, maxLanes: 100 });
    live.start();
    recordWith(recorder, function* main() {
      for (let i = 0; i < 50; i++) createTask(delay(1), { name: `t${i}` });
      for (let i = 0; i < 5; i++) screen.write(`line ${i}\n`);
      yield* sleep(0.5);
      live.draw();
    });
    expect(screen.lines.slice(0, 5)).toEqual([0, 1, 2, 3, 4].map((i) => `line ${i}`));
    live.stop();
    expect(screen.lines).toHaveLength(5);
  });

  it("writes nothing when nothing has changed, before it is started and after it was stopped", () => {
    const screen = new Screen(60, 12);
    const recorder = new Recorder();
    const live = new LiveTimeline(recorder, screen);
    live.draw();
    expect(screen.written).toBe("");
    recordWith(recorder, () => delay(1));
    live.start();
    live.draw();
    const { length } = screen.written;
    expect(length).toBeGreaterThan(0);
    live.draw();
    expect(screen.written).toHaveLength(length);
    live.stop();
    const stopped = screen.written.length;
    live.stop();
    live.draw();
    expect(screen.written).toHaveLength(stopped);
  });

  it.each([
    ["off a terminal", Object.assign(new Screen(60, 12), { isTTY: false })],
    ["on a screen that is too low", new Screen(60, 6)],
    ["on a screen that is too narrow", new Screen(30, 12)],
  ])("writes nothing %s", (_name, screen) => {
    show(screen, 3);
    expect(screen.written).toBe("second 1\nsecond 2\nsecond 3\n");
  });
});
