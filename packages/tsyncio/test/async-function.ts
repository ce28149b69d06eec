import {
  asyncIterator,
  at,
  describeFunction,
  type FunctionInfo,
  type Lowered,
  type LoweredGenerator,
  lowered,
  loweredGenerator,
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

/** An `async function*` as the transform lowers it: `await x` is `yield x`, `yield v` is `yield emit(v)`. */
export function asyncGeneratorFunction<A extends unknown[]>(
  name: string,
  body: (...args: A) => AsyncBody<unknown>,
): (...args: A) => LoweredGenerator {
  return function (this: unknown, ...args: A) {
    return loweredGenerator(infoOf(name), body, this, args);
  };
}

/** `for await`, lowered: all that `iterable` gives. */
export const collect = asyncFunction("collect", function* (iterable: unknown) {
  const items: unknown[] = [];
  const iterator = asyncIterator(iterable);
  for (;;) {
    const step = yield at(0, iterator.next());
    if (step.done) return items;
    items.push(step.value);
  }
});

export { at };
