/** The library's entry for any engine: named re-exports only. */
import "./hosts/thread-loop.js";

export { BlockingHost } from "./hosts/blocking/blocking-host.js";
export { VirtualHost } from "./hosts/virtual/virtual-host.js";
export { currentSignal } from "./interop/current-signal.js";
export { ensureFuture } from "./interop/ensure-future.js";
export type { EmitterLike, EventOptions, EventTargetLike } from "./interop/event-source.js";
export { EventStream, type EventsOptions, events } from "./interop/events.js";
export { fromPromise } from "./interop/from-promise.js";
export { waitForEvent } from "./interop/wait-for-event.js";
export { allTasks, isAwaitable, isFuture } from "./kernel/awaitable.js";
export {
  captureCallGraph,
  type FutureCallGraph,
  formatCallGraph,
  printCallGraph,
} from "./kernel/call-graph.js";
export { CancelledError, isCancelled } from "./kernel/cancelled-error.js";
export { Context, ContextVar, copyContext, Token } from "./kernel/context.js";
export {
  type AnyAwaitable,
  type Coroutine,
  isCoroutine,
  type Outcome,
  type Runnable,
} from "./kernel/coroutine.js";
export type { Suspension } from "./kernel/current.js";
export { currentTask } from "./kernel/current-task.js";
export { type Duration, toSeconds } from "./kernel/duration.js";
export {
  AsyncioError,
  BrokenBarrierError,
  DeadlockError,
  IncompleteReadError,
  InvalidStateError,
  KeyboardInterrupt,
  LimitOverrunError,
  QueueEmpty,
  QueueFull,
  QueueShutDown,
  TimeoutError,
  UsageError,
} from "./kernel/errors.js";
export { type ErrorMatcher, ExceptionGroup } from "./kernel/exception-group.js";
export type { ExceptionContext, ExceptionHandler } from "./kernel/exception-handler.js";
export type { Executor } from "./kernel/executor.js";
export { type DoneCallback, Future } from "./kernel/future.js";
export { Handle, TimerHandle } from "./kernel/handle.js";
export type {
  AsyncScope,
  CoroutineLocation,
  Host,
  SupervisedRun,
  Supervision,
} from "./kernel/host.js";
export { type CallOptions, Loop, type TaskFactory } from "./kernel/loop.js";
export type { Observer } from "./kernel/observer.js";
export { Operation } from "./kernel/operation.js";
export { getRunningLoop } from "./kernel/running-loop.js";
export { Task, type TaskOptions } from "./kernel/task.js";
export { Waitable } from "./kernel/waitable.js";
export { LifoQueue } from "./queues/lifo-queue.js";
export { type Compare, PriorityQueue } from "./queues/priority-queue.js";
export { Queue } from "./queues/queue.js";
export { AsCompleted, type AsCompletedOptions, asCompleted } from "./structured/as-completed.js";
export { type AsyncContextManager, asyncWith } from "./structured/async-context-manager.js";
export { AsyncExitStack } from "./structured/async-exit-stack.js";
export { type AnyIterable, asyncFor, BREAK } from "./structured/async-for.js";
export { asyncGenerator, CoroutineGenerator, type Emit } from "./structured/async-generator.js";
export { contextManager } from "./structured/context-manager.js";
export {
  createEagerTaskFactory,
  createTask,
  eagerTaskFactory,
  type TaskConstructor,
} from "./structured/create-task.js";
export { type GatherOptions, gather, type Outcomes } from "./structured/gather.js";
export { type RunOptions, run } from "./structured/run.js";
export { Runner, type RunnerOptions } from "./structured/runner.js";
export { shield } from "./structured/shield.js";
export { sleep } from "./structured/sleep.js";
export { TaskGroup } from "./structured/task-group.js";
export { Timeout, timeout, timeoutAt } from "./structured/timeout.js";
export { toThread } from "./structured/to-thread.js";
export {
  ALL_COMPLETED,
  FIRST_COMPLETED,
  FIRST_EXCEPTION,
  type ReturnWhen,
  type WaitOptions,
  wait,
} from "./structured/wait.js";
export { waitFor } from "./structured/wait-for.js";
export { Barrier } from "./sync/barrier.js";
export { BoundedSemaphore } from "./sync/bounded-semaphore.js";
export { Condition } from "./sync/condition.js";
export { Event } from "./sync/event.js";
export { Lock } from "./sync/lock.js";
export { Semaphore } from "./sync/semaphore.js";
