import {
  type Duration,
  Future,
  getRunningLoop,
  sleep,
  timeout,
  timeoutAt,
  wait,
  waitFor,
} from "tsyncio";
import type { Assignable, Equal, Expect } from "./expect.js";

type Fits<T> = Assignable<T, Duration>;

export type Durations = [
  Expect<Fits<0 | 1.5 | -1>>,
  Expect<Fits<"250ms" | "1.5s" | "2m" | "1h" | "0.5h" | "-1s">>,
  Expect<Equal<Fits<"250">, false>>,
  Expect<Equal<Fits<"2 s">, true>>,
  Expect<Equal<Fits<"2d">, false>>,
  Expect<Equal<Fits<"1sec">, false>>,
  Expect<Equal<Fits<"ms">, false>>,
  Expect<Equal<Fits<"soon">, false>>,
  Expect<Equal<Fits<string>, false>>,
  Expect<Equal<Fits<null>, false>>,
  Expect<Equal<Fits<bigint>, false>>,
];

export function whoTakesThem(ms: number): void {
  sleep("250ms");
  sleep(`${ms}ms`);
  timeout("1h");
  timeout(null);
  waitFor(sleep(1), "2m");
  wait([new Future()], { timeout: "1s" });
  getRunningLoop().callLater("1s", () => {});
  // @ts-expect-error no such unit
  sleep("1d");
  // @ts-expect-error a unit is missing
  sleep("250");
  // @ts-expect-error any string will not do
  sleep(String(ms));
  // @ts-expect-error a duration is missing
  sleep();
  // @ts-expect-error a time on the loop's clock is a number
  timeoutAt("1s");
  // @ts-expect-error no such unit
  waitFor(sleep(1), "1 day");
}
