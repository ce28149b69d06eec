/** Tasks, futures and operations where a promise is expected. */
import {
  type Coroutine,
  createTask,
  Future,
  gather,
  type Operation,
  sleep,
  type Task,
} from "tsyncio";
import { type Assignable, type Equal, type Expect, is } from "./expect.js";

function* number(): Coroutine<number> {
  yield* sleep(1);
  return 1;
}

export type AsPromises = [
  Expect<Assignable<Task<number>, Promise<number>>>,
  Expect<Assignable<Future<number>, Promise<number>>>,
  Expect<Assignable<Operation<number>, Promise<number>>>,
  Expect<Assignable<Task<number>, PromiseLike<number>>>,
  Expect<Equal<Assignable<Task<number>, Promise<string>>, false>>,
  Expect<Equal<Awaited<Task<number>>, number>>,
  Expect<Equal<Awaited<Operation<string>>, string>>,
];

export async function awaited(): Promise<void> {
  is<number>()(await createTask(number()));
  is<string>()(await new Future<string>());
  is<string>()(await sleep(1, "text" as string));
  is<[number, string]>()(await gather(number(), sleep(1, "text" as string)));
  is<[number, string, boolean]>()(
    await Promise.all([
      createTask(number()),
      new Future<string>(),
      Promise.resolve(true as boolean),
    ]),
  );
  is<number | string>()(await Promise.race([createTask(number()), new Future<string>()]));
  is<string>()(await createTask(number()).then((n) => n.toFixed()));
  is<number | "none">()(await createTask(number()).catch(() => "none" as const));
  is<number>()(await createTask(number()).finally(() => {}));
}

export function handler(): Promise<number> {
  return createTask(number());
}

export async function returned(): Promise<number> {
  return createTask(number());
}
