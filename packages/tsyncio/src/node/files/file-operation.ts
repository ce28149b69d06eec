/**
 * A call of Node's file system as something to await. The system cannot take such a call back, and what it has made (an
 * open file, a folder) must go when nobody wants it:
 *
 * F1. A cancelled task is released at once; the call ends in its own time, its result goes to `undo`, and the end of the
 * run waits for both.
 * F2. The task waits itself for a call that is `brief`, and for `undo`; then the cancellation is raised.
 */
import type { CancelRequest } from "../../kernel/cancelled-error.js";
import { type Suspension, suspend } from "../../kernel/current.js";
import type { Loop } from "../../kernel/loop.js";
import { Operation } from "../../kernel/operation.js";
import type { Scope } from "../../kernel/scope.js";
import { DONE, FAILED, PENDING, type State } from "../../kernel/waitable.js";
import { unfinishedCall } from "./unfinished-calls.js";

/** Takes what Node's callbacks give. */
export type Done<T> = (error: NodeJS.ErrnoException | null, value?: T) => void;

/** What a call of the file system is. */
export interface FileCall<T> {
  /** For reports: `reading /etc/hosts`. */
  readonly label: string;
  /** The path for errors that do not say it. */
  readonly path: string;
  /** Begins; a second parameter asks for a signal that is aborted when the wait is cancelled. */
  readonly start: (done: Done<T>, signal: AbortSignal) => void;
  /** Gets the result for which nobody waits any more, and says when it is gone. */
  readonly undo?: (value: T, done: () => void) => void;
  /** The call never has to wait for anybody, so that whoever is cancelled can wait for its end: F2. */
  readonly brief?: boolean;
}

/** One call. */
export class FileOperation<T> extends Operation<T> {
  readonly #call: FileCall<T>;
  #scope: Scope | undefined;
  #controller: AbortController | undefined;
  #left = false;
  /** Says that the call has ended which nobody waits for. */
  #ended: (() => void) | undefined;
  /** What is raised when `undo` has ended. */
  #raised: { readonly error: unknown } | undefined;

  constructor(call: FileCall<T>) {
    super();
    this.#call = call;
  }

  begin(loop: Loop): IteratorResult<Suspension, T> {
    const { start } = this.#call;
    this.#scope = loop.currentScope();
    if (start.length > 1) this.#controller = new AbortController();
    start((error, value) => this.#end(error, value as T), this.#controller?.signal as AbortSignal);
    // Counted behind the call: one that throws is waited for by nobody.
    loop.promisesPending++;
    return suspend(this);
  }

  #end(error: NodeJS.ErrnoException | null, value: T): void {
    if (this.state !== PENDING || this.#left) {
      if (error === null) this.#undo(value);
      else this.#ended?.();
    }
    if (this.state !== PENDING) return;
    if (error === null) this.finish(DONE, value);
    else this.finish(FAILED, errorAt(this.#call.path, error));
  }

  #undo(value: T): void {
    const { undo } = this.#call;
    if (undo === undefined) this.#ended?.();
    else undo(value, () => this.#ended?.());
  }

  override finish(state: State, value: unknown): void {
    (this.loop as Loop).promisesPending--;
    super.finish(state, value);
  }

  override cancelWith(request: CancelRequest): boolean {
    if (this.#call.brief === true || this.#raised !== undefined) return false;
    if (!super.cancelWith(request)) return false;
    this.#abandon();
    return true;
  }

  override leave(): void {
    if (this.state !== PENDING) return;
    this.#left = true;
    if (this.#raised === undefined) this.#abandon();
  }

  #abandon(): void {
    this.#ended = unfinishedCall(this.#scope as Scope);
    this.#controller?.abort();
  }

  override resume(): IteratorResult<Suspension, T> {
    if (this.#raised !== undefined) throw this.#raised.error;
    return super.resume();
  }

  /** The task was cancelled when it had been woken already: the result goes, and then the error comes. */
  override throw(error: unknown): IteratorResult<Suspension, T> {
    const { undo } = this.#call;
    const { loop } = this;
    if (loop === undefined || this.state !== DONE || this.#raised !== undefined || !undo) {
      return super.throw(error);
    }
    this.#raised = { error };
    const value = this.value as T;
    this.state = PENDING;
    loop.promisesPending++;
    undo(value, () => this.finish(DONE, undefined));
    return (this.state as State) === PENDING ? suspend(this) : super.throw(error);
  }

  override return(value: T): IteratorResult<Suspension, T> {
    if (this.loop !== undefined && this.state === DONE && this.#raised === undefined) {
      this.#ended = unfinishedCall(this.#scope as Scope);
      this.#undo(this.value as T);
    }
    return super.return(value);
  }

  describe(): string {
    return this.#call.label;
  }
}

/**
 * The error with the path in its message and as its `path`. Node's errors about an open file have none: those are the
 * `cause` of one that has.
 */
export function errorAt(path: string, error: NodeJS.ErrnoException): NodeJS.ErrnoException {
  if (error.path !== undefined || error.errno === undefined) return error;
  const { errno, code, syscall } = error;
  const located = new Error(`${error.message} '${path}'`, { cause: error });
  return Object.assign(located, { errno, code, syscall, path });
}
