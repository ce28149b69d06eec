/** A worker as the scheduler sees it, whether it is a thread or a process. */
import type { Order, Report } from "./protocol.js";
import type { Transferable } from "./transfer.js";

/** The executor's end of the connection to a worker. */
export interface WorkerLink {
  /** @throws when something in the batch cannot be cloned; then nothing was sent. */
  post(batch: readonly Order[], transfers: Transferable[]): void;
  /** A job is about to be sent in that slot. */
  sent(slot: number): void;
  /** True when the job had not begun, and now never will. */
  takeBack(slot: number): boolean;
  /** True when the job may have begun. */
  begun(slot: number): boolean;
  /** Lets the job see, also while it computes, that it is cancelled. */
  markCancelled(slot: number, id: number): void;
  /** Ends the worker, whatever it does. */
  kill(): void;
  /** Keeps the process alive while the worker has something to do. */
  hold(isBusy: boolean): void;
}

/** What a link tells. */
export interface WorkerEvents {
  received(batch: readonly Report[]): void;
  /** The worker has ended and sends no more; `reason` says of what, for an error message. */
  ended(reason: string, cause?: unknown): void;
}

/** What a worker is started with. */
export interface WorkerStart {
  /** The module of its first job. */
  readonly module: string;
  /** Modules to be loaded before it: the hooks that this program is loaded with. */
  readonly hooks: readonly string[];
}

/** The hook that transforms this program's files, if there is one; workers load it as well. */
export function inheritedHooks(): string[] {
  const hook = (globalThis as Record<symbol, unknown>)[Symbol.for("tsyncio.transform.registered")];
  return typeof hook === "string" ? [hook] : [];
}
