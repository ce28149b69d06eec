/** The hosts that the contract suites run on: virtual time, and the loop of the engine the tests run in. */
import { type Coroutine, run } from "../index.js";
import { runVirtual } from "../testing.js";

/** Runs a program to its end. */
export type Start = <T>(main: () => Coroutine<T>) => T | Promise<T>;

export const HOSTS: readonly [name: string, start: Start][] = [
  ["virtual time", (main) => runVirtual(main)],
  ["the engine's loop", (main) => run(main)],
];
