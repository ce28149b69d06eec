/** What `run`, `createTask` and the like take, and what they give. */
import {
  type Coroutine,
  createTask,
  type Operation,
  Runner,
  run,
  type Suspension,
  sleep,
  type Task,
  TaskGroup,
} from "tsyncio";
import { runVirtual, runVirtualAsync } from "tsyncio/testing";
import { type Assignable, type Equal, type Expect, is } from "./expect.js";

function* inferred() {
  const text = yield* sleep(1, "text" as string);
  return text.length;
}

function* withArgument(n: number) {
  yield* sleep(n);
  return n;
}

function* withoutWaits() {
  return true as boolean;
}

async function lowered(): Promise<number> {
  return 1;
}

export type InferredFunctions = [
  Expect<Assignable<ReturnType<typeof inferred>, Coroutine<number>>>,
  Expect<Assignable<ReturnType<typeof withoutWaits>, Coroutine<boolean>>>,
  Expect<Assignable<Operation<number>, Coroutine<number>>>,
];

export function whatTheyGive(): void {
  is<Promise<number>>()(run(inferred()));
  is<Promise<number>>()(run(inferred));
  is<Promise<boolean>>()(run(withoutWaits()));
  is<Promise<number>>()(run(() => withArgument(1)));
  is<Promise<string>>()(run(sleep(1, "text" as string)));
  is<Promise<number>>()(run(lowered()));
  is<Promise<number>>()(run(lowered));
  is<Promise<number>>()(new Runner().run(inferred(), { name: "main" }));
  is<number>()(runVirtual(inferred));
  is<number>()(runVirtual(inferred()));
  is<Promise<number>>()(runVirtualAsync(inferred));
  is<Task<number>>()(createTask(inferred()));
  is<Task<number>>()(createTask(inferred, { name: "task" }));
  is<Task<number>>()(createTask(lowered()));
  is<Task<void>>()(createTask(sleep(1)));
  is<Task<number>>()(new TaskGroup().createTask(withArgument(1)));
  is<Task<number>>()(createTask(() => withArgument(1), { eagerStart: true }));
}

export function misuse(): void {
  // @ts-expect-error a number is no coroutine
  void run(42);
  // @ts-expect-error nor is a string
  void run("main");
  // @ts-expect-error nor is a function that returns none
  void run(() => 42);
  // @ts-expect-error nobody would give it its argument
  void run(withArgument);
  // @ts-expect-error a number is no coroutine
  createTask(42);
  // @ts-expect-error nobody would give it its argument
  createTask(withArgument);
  // @ts-expect-error no such option
  createTask(inferred(), { nme: "task" });
  // @ts-expect-error a name is a string
  createTask(inferred(), { name: 1 });
  // @ts-expect-error no such option
  void run(inferred(), { timeout: 1 });
  // @ts-expect-error a number is no coroutine
  new TaskGroup().createTask(42);
}

function* yieldWithoutStar() {
  yield sleep(1);
}

function* yieldOfAPromise() {
  yield Promise.resolve(1);
}

function* yieldOfAFunction() {
  yield inferred;
}

function* numbers() {
  yield* [1, 2, 3];
}

export type YieldIsNoAwait = [
  Expect<Equal<Assignable<ReturnType<typeof yieldWithoutStar>, Coroutine<void>>, false>>,
  Expect<Equal<Assignable<ReturnType<typeof yieldOfAPromise>, Coroutine<void>>, false>>,
  Expect<Equal<Assignable<ReturnType<typeof yieldOfAFunction>, Coroutine<void>>, false>>,
  Expect<Equal<Assignable<ReturnType<typeof numbers>, Coroutine<void>>, false>>,
];

export function yieldWithoutStarIsRefused(): void {
  // @ts-expect-error write yield* instead of yield
  void run(yieldWithoutStar());
  // @ts-expect-error write yield* instead of yield
  createTask(yieldWithoutStar());
  // @ts-expect-error write yield* fromPromise(promise)
  createTask(yieldOfAPromise);
  // @ts-expect-error a plain generator is no coroutine
  createTask(numbers());
}

export function* nobodyMakesASuspension(): Coroutine<void> {
  // @ts-expect-error only awaitables make what may be yielded
  yield {} as object;
  // @ts-expect-error a bare yield is not the way to give up a turn: yield* sleep(0)
  yield;
}

export type SuspensionIsOpaque = Expect<
  Equal<Assignable<Record<string, never>, Suspension>, false>
>;
