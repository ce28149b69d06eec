/** `asyncWith`, `asyncFor` and what they take. */
import {
  type AsyncContextManager,
  AsyncExitStack,
  asCompleted,
  asyncFor,
  asyncGenerator,
  asyncWith,
  BREAK,
  type Coroutine,
  type CoroutineGenerator,
  contextManager,
  createTask,
  type Future,
  fromPromise,
  Lock,
  run,
  sleep,
  TaskGroup,
  type Timeout,
  timeout,
} from "tsyncio";
import { is } from "./expect.js";

function* number(): Coroutine<number> {
  yield* sleep(1);
  return 1;
}

const door = contextManager(function* door(name: string, width: number) {
  yield* sleep(1);
  const opened: Date = yield* fromPromise(Promise.resolve(new Date()));
  yield { name, width, opened };
});

const bare = contextManager(function* bare() {
  yield;
});

const late = contextManager(function* late() {
  const text: string = yield* sleep(1, "text" as string);
  try {
    yield text;
  } finally {
    yield* sleep(1);
  }
});

export function* asyncWith_() {
  is<number>()(yield* asyncWith(timeout(5), () => number()));
  yield* asyncWith(timeout("5s"), function* block(limit) {
    is<Timeout>()(limit);
  });
  const result = yield* asyncWith(new TaskGroup(), function* block(group) {
    is<TaskGroup>()(group);
    return yield* group.createTask(number());
  });
  is<number>()(result);
  is<void>()(yield* asyncWith(new Lock(), function* block() {}));
  const custom: AsyncContextManager<Date> = {
    *enter() {
      return new Date();
    },
    *exit(error) {
      is<unknown>()(error);
      return false;
    },
  };
  is<number>()(yield* asyncWith(custom, (date) => sleep(1, date.getTime())));
  // @ts-expect-error no context manager
  asyncWith({}, number);
  // @ts-expect-error the block is no function* of awaits
  asyncWith(new Lock(), () => 42);
  // @ts-expect-error the block awaits by yield*
  asyncWith(new Lock(), function* block() {
    yield sleep(1);
  });
}

export function* contextManager_() {
  is<
    (
      name: string,
      width: number,
    ) => AsyncContextManager<{ name: string; width: number; opened: Date }>
  >()(door);
  is<() => AsyncContextManager<string>>()(late);
  is<() => AsyncContextManager<undefined>>()(bare);
  is<number>()(yield* asyncWith(door("front", 1), ({ width }) => sleep(1, width)));
  // @ts-expect-error the width is missing
  door("front");
}

export function* asyncExitStack() {
  yield* asyncWith(new AsyncExitStack(), function* block(stack) {
    is<AsyncExitStack>()(stack);
    is<string>()(yield* stack.enterContext(late()));
    stack.callback((a: string, b: number) => a.repeat(b), "a", 1);
    // @ts-expect-error the arguments are not the function's
    stack.callback((a: string, b: number) => a.repeat(b), 1, "a");
    stack.pushAsyncCallback(number);
    stack.push(new Lock());
  });
}

export function* asyncFor_() {
  yield* asyncFor([1, 2, 3], function* block(n) {
    is<number>()(n);
  });
  yield* asyncFor(new Map<string, number>(), function* block([key, value]) {
    is<string>()(key);
    is<number>()(value);
  });
  yield* asyncFor(nativeGenerator(), function* block(text) {
    is<string>()(text);
  });
  yield* asyncFor(new ReadableStream<Uint8Array>(), function* block(chunk) {
    is<Uint8Array>()(chunk);
    return BREAK;
  });
  yield* asyncFor(asCompleted([number(), createTask(number())]), function* block(future) {
    is<Future<number>>()(future);
  });
  yield* asyncFor(numbers, function* block(n) {
    is<number>()(n);
    if (n > 1) return BREAK;
    yield* sleep(1);
  });
  yield* asyncFor([1], (n) => sleep(n));
  // @ts-expect-error a block gives BREAK or nothing
  asyncFor([1], () => number());
  // @ts-expect-error nothing to iterate
  asyncFor(42, function* block() {});
  // @ts-expect-error the block is no function* of awaits
  asyncFor([1], () => {});
  // @ts-expect-error the block awaits by yield*
  asyncFor([1], function* block() {
    yield sleep(1);
  });
}

async function* nativeGenerator() {
  yield "text" as string;
}

const numbers = asyncGenerator<number>(function* body(emit) {
  is<undefined>()(yield* emit(1));
  // @ts-expect-error not a number
  yield* emit("text");
  yield* sleep(1);
});

const conversation = asyncGenerator<string, Date>(function* body(emit) {
  is<Date>()(yield* emit("text"));
});

export function* asyncGenerator_() {
  is<CoroutineGenerator<number>>()(numbers);
  is<IteratorResult<number, undefined>>()(yield* numbers.next());
  is<IteratorResult<string, undefined>>()(yield* conversation.next(new Date()));
  is<IteratorResult<string, undefined>>()(yield* conversation.return());
  // @ts-expect-error not a date
  conversation.next(1);
  // @ts-expect-error the body awaits by yield*
  asyncGenerator<number>(function* body() {
    yield sleep(1);
  });
}

export async function nativeForAwait(): Promise<void> {
  for await (const n of numbers) is<number>()(n);
  for await (const future of asCompleted([number()])) is<Future<number>>()(future);
}

export const program: Promise<void> = run(asyncFor_());
