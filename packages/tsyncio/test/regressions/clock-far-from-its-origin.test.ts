/**
 * Past some 190 days on the clock two neighbouring numbers of seconds are further apart than the clock's resolution:
 * `now + resolution` is `now`, and a timer that was due exactly now never was. The loop span for ever.
 */
import { expect, test } from "vitest";
import { createTask, getRunningLoop, sleep } from "../../src/index.js";
import { runVirtual } from "../../src/testing.js";

test.each([0, 1.7e7, 1.7e9, 1e12])(
  "a program runs on virtual time that starts at %d s",
  (start) => {
    const times = runVirtual(
      function* main() {
        const loop = getRunningLoop();
        const times: number[] = [];
        const naps = [3, 1, 2].map((seconds) =>
          createTask(function* naps() {
            yield* sleep(seconds);
            times.push(loop.time() - start);
          }),
        );
        for (const nap of naps) yield* nap;
        return times;
      },
      { start },
    );
    expect(times).toEqual([1, 2, 3]);
  },
);

test("a program sleeps for years", () => {
  const year = 365 * 86_400;
  const end = runVirtual(function* main() {
    for (let i = 0; i < 100; i++) yield* sleep(year);
    return getRunningLoop().time();
  });
  expect(end).toBe(100 * year);
});
