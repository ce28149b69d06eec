import {
  at,
  describeFunction,
  type FunctionInfo,
  type Lowered,
  lowered,
} from "../src/coroutine.js";

/** The body of a lowered function: each `yield` is an await. */
// biome-ignore lint/suspicious/noExplicitAny: what an await gives depends on what is awaited
export type AsyncBody<T> = Generator<unknown, T, any>;

/** The function NAME of the file `NAME.ts`: at 1:1, its await number n at n + 2:3. */
export function infoOf(name: string): FunctionInfo {
  const sites = Array.from({ length: 9 }, (_, site) => [site + 2, 2] as const);
  return describeFunction(name, `${name}.ts`, 1, 0, sites);
}

/** An `async` function as the transform lowers it: `await x` is `yield at(n, x)`, or `yield x` where no place matters. */
export function asyncFunction<A extends unknown[], T>(
  name: string,
  body: (...args: A) => AsyncBody<T>,
): (...args: A) => Lowered<T> {
  const info = infoOf(name);
  return function (this: unknown, ...args: A) {
    return lowered<T>(info, Reflect.apply(body, this, args));
  };
}

export { at };
