/**
 * The program language: JSON that describes an asyncio program, run by two interpreters, one in
 * Python on CPython's asyncio and one in TypeScript on tsyncio.
 *
 * A program has coroutine bodies that share one table of named slots: synchronisation objects,
 * tasks, futures, handles, timeouts, groups, contexts. An operation that names an empty slot
 * traces `missing` and does nothing, so that every part of a program can be taken away by the
 * shrinker. Operations come in two kinds: *steps* are synchronous and also make up callbacks,
 * *operations* may wait and nest. An error of a step is traced and goes no further; an error of an
 * operation propagates.
 */

/** What programs pass around. */
export type Value = number | string;

/** The errors a program raises itself; `Interrupt` is KeyboardInterrupt. */
export type RaisedKind = "A" | "B" | "Cancelled" | "Timeout" | "Interrupt";

/** What an `except` clause catches; `Error` is Python's `except Exception`. */
export type CaughtKind = "Any" | "Error" | "Cancelled" | "Timeout" | "Group" | "A" | "B";

/** What `make` puts into a slot. */
export type Spec =
  | { readonly is: "lock" | "event" | "future" | "taskgroup" }
  | { readonly is: "condition"; readonly lock?: string }
  | { readonly is: "semaphore" | "bounded"; readonly value: number }
  | { readonly is: "barrier"; readonly parties: number }
  | { readonly is: "queue" | "lifo" | "priority"; readonly maxsize: number }
  | { readonly is: "variable"; readonly default?: Value }
  | { readonly is: "timeout"; readonly delay: number | null };

/** The methods of synchronisation objects and queues that wait. */
export type WaitingMethod =
  | "acquire"
  | "wait"
  | "waitFor"
  | "reset"
  | "abort"
  | "put"
  | "get"
  | "join";

/** The methods and attributes of synchronisation objects and queues that do not wait. */
export type InstantMethod =
  | "release"
  | "locked"
  | "set"
  | "clear"
  | "isSet"
  | "notify"
  | "notifyAll"
  | "parties"
  | "nWaiting"
  | "broken"
  | "putNowait"
  | "getNowait"
  | "qsize"
  | "empty"
  | "full"
  | "maxsize"
  | "taskDone"
  | "shutdown";

/** What can be awaited, and what can be given to `gather` and its kind. */
export type Awaitable =
  | { readonly aw: "call"; readonly body: string }
  | { readonly aw: "ref"; readonly on: string }
  | { readonly aw: "sleep"; readonly delay: number; readonly value?: Value }
  | {
      readonly aw: "method";
      readonly on: string;
      readonly m: WaitingMethod;
      readonly arg?: Value;
      /** Of `waitFor`: until this counter is at least this. */
      readonly until?: readonly [counter: string, least: number];
    }
  | { readonly aw: "gather"; readonly of: readonly Awaitable[]; readonly collect?: boolean }
  | { readonly aw: "shield"; readonly of: Awaitable }
  | { readonly aw: "waitFor"; readonly of: Awaitable; readonly timeout: number | null }
  | {
      readonly aw: "wait";
      readonly of: readonly Awaitable[];
      readonly timeout?: number;
      readonly when?: "first" | "error";
    };

/** A callback: steps of its own, or a function that another operation kept in a slot. */
export interface Callback {
  /** Where the handle (or, for a done callback, the function) is kept. */
  readonly to?: string;
  readonly steps?: readonly Step[];
  readonly fn?: string;
  /** The slot of the context to run in. */
  readonly context?: string;
}

/** Something synchronous. */
export type Step =
  | { readonly op: "make"; readonly to: string; readonly spec: Spec }
  | { readonly op: "let"; readonly to: string; readonly e: Awaitable }
  | {
      readonly op: "spawn";
      readonly to: string;
      readonly e: Awaitable;
      readonly group?: string;
      readonly name?: string;
      readonly eager?: boolean;
      readonly context?: string;
    }
  | { readonly op: "cancel"; readonly on: string; readonly msg?: string }
  | { readonly op: "uncancel" | "cancelling" | "name"; readonly on?: string }
  | { readonly op: "rename"; readonly on: string; readonly v: Value }
  | { readonly op: "done" | "cancelled" | "result" | "exception"; readonly on: string }
  | { readonly op: "setResult"; readonly on: string; readonly v: Value }
  | {
      readonly op: "setException";
      readonly on: string;
      readonly kind: RaisedKind;
      readonly msg: string;
    }
  | ({ readonly op: "addCallback"; readonly on: string } & Callback)
  | { readonly op: "removeCallback"; readonly on: string; readonly fn: string }
  | ({ readonly op: "callSoon" } & Callback)
  | ({ readonly op: "callLater"; readonly delay: number } & Callback)
  | ({ readonly op: "callAt"; readonly at: number } & Callback)
  | { readonly op: "cancelHandle" | "handleCancelled" | "when" | "expired"; readonly on: string }
  | { readonly op: "reschedule"; readonly on: string; readonly delay: number | null }
  | {
      readonly op: "do";
      readonly on: string;
      readonly m: InstantMethod;
      readonly arg?: Value | boolean;
    }
  | { readonly op: "get"; readonly on: string; readonly default?: Value }
  | { readonly op: "set"; readonly on: string; readonly v: Value; readonly to?: string }
  | { readonly op: "reset"; readonly on: string; readonly token: string }
  | { readonly op: "copyContext"; readonly to: string }
  | { readonly op: "inContext"; readonly on: string; readonly steps: readonly Step[] }
  | { readonly op: "count"; readonly on: string; readonly by: number }
  | { readonly op: "currentTask" | "allTasks" }
  | { readonly op: "split"; readonly kind: CaughtKind }
  /** Whether two readings of a future's error are one object. */
  | { readonly op: "sameError"; readonly on: string }
  | { readonly op: "report"; readonly msg: string }
  | { readonly op: "raise"; readonly kind: RaisedKind; readonly msg: string };

/** Something that waits or nests. */
export type Operation =
  | { readonly op: "await"; readonly e: Awaitable }
  | { readonly op: "return"; readonly v: Value }
  | { readonly op: "reraise" }
  | {
      readonly op: "try";
      readonly body: Block;
      readonly except?: CaughtKind;
      readonly handler?: Block;
      readonly finally?: Block;
    }
  | { readonly op: "repeat"; readonly times: number; readonly body: Block }
  | { readonly op: "ifDone"; readonly on: string; readonly body: Block; readonly else?: Block }
  | { readonly op: "with"; readonly on: string; readonly body: Block }
  | {
      readonly op: "timeout";
      readonly to: string;
      readonly delay: number | null;
      /** The deadline is a time of the loop, counted from the program's start. */
      readonly absolute?: boolean;
      readonly body: Block;
    }
  | { readonly op: "group"; readonly to: string; readonly body: Block }
  | {
      readonly op: "asCompleted";
      readonly of: readonly Awaitable[];
      readonly timeout?: number;
      /** The slot each awaited future is put into; present in the asynchronous form of the loop. */
      readonly to?: string;
      /** Errors of the awaited ones are traced and passed over. */
      readonly keep?: boolean;
      /** Leave after so many rounds. */
      readonly limit?: number;
      readonly body: Block;
    };

export type Block = readonly (Step | Operation)[];

/** Bodies by name; the body `main` is run, its task is in the slot `main`. */
export interface Program {
  readonly bodies: Readonly<Record<string, Block>>;
}
