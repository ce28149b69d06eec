import type { Operation } from "tsyncio";
import { describeFunction, lowered } from "tsyncio/coroutine";

/** An `async` function as the transform lowers it: `await x` is `yield x`. */
export function asyncFunction<A extends unknown[], T>(
  name: string,
  // biome-ignore lint/suspicious/noExplicitAny: what an await gives depends on what is awaited
  body: (...args: A) => Generator<unknown, T, any>,
): (...args: A) => Promise<T> {
  const info = describeFunction(name, `${name}.ts`, 1, 0, []);
  return (...args) => lowered<T>(info, body(...args)) as Operation<T> as Promise<T>;
}
