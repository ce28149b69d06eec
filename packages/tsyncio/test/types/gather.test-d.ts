import { type Coroutine, createTask, type Future, gather, sleep } from "tsyncio";
import { is } from "./expect.js";

function* number(): Coroutine<number> {
  yield* sleep(1);
  return 1;
}

function* text() {
  yield* sleep(1);
  return "text" as string;
}

export function* severalArguments() {
  is<[number, string]>()(yield* gather(number(), text()));
  is<[number]>()(yield* gather(number()));
  is<[]>()(yield* gather());
  is<[number, string, boolean, void]>()(
    yield* gather(createTask(number()), text(), Promise.resolve(true as boolean), sleep(1)),
  );
  const [a, b] = yield* gather(number(), text());
  is<number>()(a);
  is<string>()(b);
}

export function* options() {
  is<[number, string]>()(yield* gather(number(), text(), { returnExceptions: false }));
  is<[number | Error, string | Error]>()(
    yield* gather(number(), text(), { returnExceptions: true }),
  );
  is<(number | Error)[]>()(yield* gather([number()], { returnExceptions: true }));
  // @ts-expect-error no such option
  gather(number(), { returnException: true });
}

export function* iterables() {
  is<number[]>()(yield* gather([number(), number()]));
  is<(number | string)[]>()(yield* gather([number(), text()]));
  is<string[]>()(yield* gather(new Set([text()])));
  is<number[]>()(yield* gather([1, 2, 3].map(() => number())));
  is<string[]>()(yield* gather([Promise.resolve("text" as string)]));
}

export function future(): void {
  is<Future<[number, string]>>()(gather(number(), text()));
}

export function misuse(): void {
  // @ts-expect-error a number cannot be awaited
  gather(42);
  // @ts-expect-error a function is to be called
  gather(number);
  // @ts-expect-error nor can numbers in an iterable
  gather([1, 2]);
}
