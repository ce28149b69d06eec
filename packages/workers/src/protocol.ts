/**
 * What an executor and its workers tell each other. All messages of one turn travel as one batch: a post costs several
 * microseconds, however little is in it. A job that has been sent is known by its slot, which is its own until it is done.
 */
import type { ThrownRecord } from "./error-transport.js";

/** To the worker. */
export const DEFINE = 0;
export const RUN = 1;
export const CANCEL = 2;
export const ALLOW = 3;
export const CLOSE = 4;

export type Order =
  /** The job of that number, from now on. */
  | readonly [
      op: typeof DEFINE,
      job: number,
      module: string,
      name: string,
      version: string | undefined,
    ]
  /** `deadline` in milliseconds since 1970 or 0, `credit` -1 for what is no stream. */
  | readonly [
      op: typeof RUN,
      slot: number,
      id: number,
      job: number,
      args: readonly unknown[],
      deadline: number,
      credit: number,
    ]
  | readonly [op: typeof CANCEL, slot: number, reason: unknown]
  | readonly [op: typeof ALLOW, slot: number, items: number]
  | readonly [op: typeof CLOSE];

/** From the worker. */
export const READY = 0;
export const DONE = 1;
export const FAILED = 2;
export const SKIPPED = 3;
export const PROGRESS = 4;
export const LOG = 5;
export const ITEM = 6;
export const OUTPUT = 7;
export const UNLOADABLE = 8;

export type Report =
  | readonly [op: typeof READY]
  /** `ms` is what it has computed, -1 when it has waited; `packed`: the value is a buffer of `v8.serialize`. */
  | readonly [op: typeof DONE, slot: number, ms: number, value: unknown, packed?: true]
  | readonly [op: typeof FAILED, slot: number, ms: number, thrown: ThrownRecord]
  /** The executor has taken the job back before it began. */
  | readonly [op: typeof SKIPPED, slot: number]
  | readonly [op: typeof PROGRESS, slot: number, value: unknown]
  | readonly [op: typeof LOG, slot: number, line: string]
  | readonly [op: typeof ITEM, slot: number, value: unknown]
  | readonly [op: typeof OUTPUT, fd: 1 | 2, chunk: string | Uint8Array]
  /** The module it was started with throws; the worker ends. */
  | readonly [op: typeof UNLOADABLE, thrown: ThrownRecord];

/** Jobs that a worker may hold at once. */
export const SLOTS = 512;
