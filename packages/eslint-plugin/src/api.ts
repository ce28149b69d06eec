/**
 * What the rules know of `tsyncio`: which exported functions and methods give something to be awaited. The package
 * itself is not imported; a test compares these tables with its exports.
 */

/**
 * How an awaitable behaves when nobody awaits it.
 *
 * - `lazy`: nothing of it runs (coroutines and the library's operations)
 * - `joining`: it runs by itself, but its only use is to be waited for (`gather`, `shield`)
 * - `started`: it runs by itself and may be left alone (tasks, futures)
 */
export type Form = "lazy" | "joining" | "started";

/** What a call gives: an awaitable of some form, an object of an exported class, or nothing the rules follow. */
export type Result = Form | { readonly instanceOf: string } | undefined;

/** What the rules know of an exported class. */
export interface ApiClass {
  /** Set when objects of the class are awaitable themselves. */
  readonly form?: Form;
  /** What a call gives, for the type of a function. */
  readonly call?: Result;
  /** What `for (const x of object)` gives. */
  readonly elements?: Form;
  /** Set when `asyncWith` hands the object itself to its body. */
  readonly entersItself?: true;
  /** What the methods give. */
  readonly methods: ReadonlyMap<string, Result>;
}

const MODULES: ReadonlySet<unknown> = new Set(["tsyncio", "tsyncio/testing", "tsyncio/node"]);

/** True for the module names that belong to tsyncio. */
export function isTsyncio(source: unknown): boolean {
  return MODULES.has(source);
}

/** The exported functions that matter here; those with an undefined result only take coroutines. */
export const FUNCTIONS: ReadonlyMap<string, Result> = new Map<string, Result>([
  ...all("lazy", "sleep", "wait", "waitFor", "asyncWith", "asyncFor", "fromPromise", "toThread"),
  ...all("joining", "gather", "shield"),
  ...all("started", "createTask", "ensureFuture"),
  ...all({ instanceOf: "Timeout" }, "timeout", "timeoutAt"),
  ...all({ instanceOf: "AsCompleted" }, "asCompleted"),
  ...all({ instanceOf: "CoroutineGenerator" }, "asyncGenerator"),
  ...all({ instanceOf: "Loop" }, "getRunningLoop"),
  ...all(undefined, "run", "runVirtual", "runVirtualAsync", "contextManager"),
]);

const CONTEXT_MANAGER = all("lazy", "enter", "exit");
const LOCK = [...CONTEXT_MANAGER, ...all("lazy", "acquire")];
const QUEUE = all("lazy", "put", "get", "join");

/** The exported classes, and types, that matter here. */
export const CLASSES: ReadonlyMap<string, ApiClass> = new Map<string, ApiClass>([
  ["Coroutine", { form: "lazy", methods: new Map() }],
  ["Operation", { form: "lazy", methods: new Map() }],
  ["Future", { form: "started", methods: new Map() }],
  ["Task", { form: "started", methods: new Map() }],
  ["AsCompleted", { elements: "lazy", methods: new Map(all("lazy", "next")) }],
  ["CoroutineGenerator", { methods: new Map(all("lazy", "next", "throw", "return")) }],
  ["Emit", { call: "lazy", methods: new Map() }],
  ["Lock", { methods: new Map([...LOCK, ...all("lazy", "hold")]) }],
  ["Semaphore", { methods: new Map(LOCK) }],
  ["BoundedSemaphore", { methods: new Map(LOCK) }],
  ["Condition", { methods: new Map([...LOCK, ...all("lazy", "wait", "waitFor")]) }],
  ["Event", { methods: new Map(all("lazy", "wait")) }],
  ["Barrier", { methods: new Map([...CONTEXT_MANAGER, ...all("lazy", "wait", "reset", "abort")]) }],
  ["Queue", { methods: new Map(QUEUE) }],
  ["PriorityQueue", { methods: new Map(QUEUE) }],
  ["LifoQueue", { methods: new Map(QUEUE) }],
  ["AsyncContextManager", { methods: new Map(CONTEXT_MANAGER) }],
  ["Timeout", { entersItself: true, methods: new Map(CONTEXT_MANAGER) }],
  [
    "TaskGroup",
    { entersItself: true, methods: new Map([...CONTEXT_MANAGER, ...all("started", "createTask")]) },
  ],
  [
    "AsyncExitStack",
    {
      entersItself: true,
      methods: new Map([
        ...CONTEXT_MANAGER,
        ...all("lazy", "enterContext", "close"),
        ...all({ instanceOf: "AsyncExitStack" }, "popAll"),
        ...all(undefined, "pushAsyncCallback"),
      ]),
    },
  ],
  [
    "Loop",
    {
      methods: new Map([
        ...all("started", "createTask", "createFuture", "runInExecutor"),
        ...all(undefined, "runUntilComplete"),
      ]),
    },
  ],
  ["Runner", { methods: new Map(all(undefined, "run")) }],
]);

function all(result: Result, ...names: string[]): [string, Result][] {
  return names.map((name) => [name, result]);
}
