/** What `yield*` gives. */
import {
  asCompleted,
  type Coroutine,
  createTask,
  currentTask,
  Event,
  ensureFuture,
  Future,
  fromPromise,
  getRunningLoop,
  Lock,
  Queue,
  shield,
  sleep,
  type Task,
  toThread,
  wait,
  waitFor,
} from "tsyncio";
import { is } from "./expect.js";

function* number() {
  yield* sleep(1);
  return 1;
}

function* annotated(): Coroutine<"literal"> {
  yield* sleep(1);
  return "literal";
}

export function* operations() {
  is<void>()(yield* sleep(1));
  is<string>()(yield* sleep(1, "text" as string));
  is<true>()(yield* new Lock().acquire());
  is<true>()(yield* new Event().wait());
  is<{ id: number }>()(yield* new Queue<{ id: number }>().get());
  is<void>()(yield* new Queue<number>().put(1));
  is<string>()(yield* fromPromise(Promise.resolve("text" as string)));
  is<string>()(yield* fromPromise((_signal) => Promise.resolve("text" as string)));
  is<string>()(yield* fromPromise(async () => "text" as string));
  is<number>()(yield* toThread((text: string) => text.length, "text"));
  is<number>()(yield* toThread(async (text: string) => text.length, "text"));
  is<number>()(yield* toThread(number));
  const loop = getRunningLoop();
  is<Future<number>>()(loop.runInExecutor(null, number));
  is<Future<number>>()(loop.runInExecutor(null, (text: string) => text.length, "text"));
  // @ts-expect-error the argument is not the function's
  loop.runInExecutor(null, (text: string) => text.length, 1);
  // @ts-expect-error the argument is not the function's
  toThread((text: string) => text.length, 1);
}

export function* coroutines() {
  is<number>()(yield* number());
  is<"literal">()(yield* annotated());
  const both = Math.random() > 0.5 ? number() : annotated();
  is<number | "literal">()(yield* both);
}

export function* tasksAndFutures() {
  is<Task<number>>()(createTask(number()));
  is<number>()(yield* createTask(number()));
  is<number>()(createTask(number()).result());
  is<Task<"literal">>()(createTask(annotated));
  is<Task<string>>()(createTask(sleep(1, "text" as string)));
  const future = new Future<string>();
  is<string>()(yield* future);
  is<string>()(future.result());
  is<unknown>()(yield* new Future());
  is<Task<unknown> | undefined>()(currentTask());
}

export function* functionsThatWait() {
  const task = createTask(number());
  is<number>()(yield* waitFor(number(), 5));
  is<number>()(yield* waitFor(task, "5s"));
  is<string>()(yield* waitFor(sleep(1, "text" as string), null));
  is<boolean>()(yield* waitFor(Promise.resolve(true as boolean), 5));
  is<number>()(yield* shield(task));
  is<"literal">()(yield* shield(annotated()));
  is<boolean>()(yield* shield(Promise.resolve(true as boolean)));
  is<number>()(yield* ensureFuture(number()));
  is<Task<number>>()(ensureFuture(task));
}

export function* wait_() {
  const numbers = [createTask(number()), createTask(number())];
  const [done, pending] = yield* wait(numbers, { timeout: "1s", returnWhen: "FIRST_COMPLETED" });
  is<Set<Task<number>>>()(done);
  is<Set<Task<number>>>()(pending);
  const [either] = yield* wait([createTask(number()), createTask(annotated())]);
  is<Set<Task<number> | Task<"literal">>>()(either);
  const [promises] = yield* wait([Promise.resolve("text" as string)]);
  is<Set<Promise<string>>>()(promises);
  // @ts-expect-error a coroutine must be made a task first
  yield* wait([number()]);
  // @ts-expect-error an iterable is expected
  yield* wait(createTask(number()));
  // @ts-expect-error no such mode
  yield* wait(numbers, { returnWhen: "FIRST" });
}

export function* asCompleted_() {
  for (const next of asCompleted([number(), annotated()])) {
    is<number | "literal">()(yield* next);
  }
  for (const next of asCompleted([Promise.resolve(1 as number)], { timeout: "1s" })) {
    is<number>()(yield* next);
  }
  // @ts-expect-error an iterable is expected
  asCompleted(sleep(1));
}

export function* misuse() {
  // @ts-expect-error a number cannot be awaited
  yield* 42;
  // @ts-expect-error nor a promise: fromPromise(promise)
  yield* Promise.resolve(1);
  // @ts-expect-error nor a function: call it
  yield* number;
  // @ts-expect-error nor a function: call it
  yield* () => number();
  // @ts-expect-error nor a plain object
  yield* {};
  // @ts-expect-error neither a coroutine, a future nor a promise
  waitFor(42, 1);
  // @ts-expect-error a function is to be called
  waitFor(number, 1);
  // @ts-expect-error the timeout is no option
  waitFor(number());
  // @ts-expect-error nothing to shield
  shield(42);
}
