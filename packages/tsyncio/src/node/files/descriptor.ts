/**
 * An open file as its operations see it: the descriptor, where the next of them reads or writes, and the line in which
 * they wait for each other.
 *
 * P1. One operation at a time has its turn, in the order in which they were awaited; it lasts until the task has taken
 * the result.
 * P2. An operation whose task was cancelled keeps its turn until the system has answered; then `position` and `ahead`
 * tell what it did. So nothing is lost or read twice, and a descriptor is never closed under a call.
 * P3. `ahead` holds bytes that the system has given and nobody has taken; they stand at `position`.
 */
import { close, fstat, read } from "node:fs";
import { LinkedList } from "../../collections/linked-list.js";
import type { FileAction } from "./file-action.js";
import { errorAt } from "./file-operation.js";

/** No bytes. */
export const EMPTY: Buffer = Buffer.alloc(0);

type Answer = (error: NodeJS.ErrnoException | null, count: number) => void;

export class Descriptor {
  readonly fd: number;
  readonly path: string;
  /** What is written goes to the end of the file, wherever `position` is. */
  readonly appends: boolean;
  /** It can be read. */
  readonly reads: boolean;
  position = 0;
  ahead: Buffer = EMPTY;
  /** Counts the times that somebody has set the position: an operation under way then does not move it. */
  seeks = 0;
  /** Known after the first call; a pipe or a terminal has no positions. */
  seekable: boolean | undefined;
  state: "open" | "closing" | "closed" = "open";
  /** Those who wait for their turn, oldest first. */
  readonly #line = new LinkedList<FileAction<unknown>>();
  #running: FileAction<unknown> | undefined;
  #passing: "no" | "yes" | "again" = "no";

  constructor(fd: number, path: string, flags: string) {
    this.fd = fd;
    this.path = path;
    this.appends = flags.includes("a");
    this.reads = flags.includes("+") || flags.includes("r");
  }

  /** True while the system is busy for somebody who has gone, and may stay so: nobody writes into the pipe. */
  get stuck(): boolean {
    return this.seekable === false && this.#running?.abandoned === true;
  }

  /** Gives `action` its turn, now or after those before it. */
  enter(action: FileAction<unknown>): void {
    if (this.#running !== undefined) {
      this.#line.push(action);
      return;
    }
    this.#running = action;
    action.perform();
  }

  /** The action waits no more. */
  remove(action: FileAction<unknown>): void {
    if (action !== this.#running) this.#line.remove(action);
  }

  /** The turn of the running action is over. Those that end at once follow each other in a loop, however many they are. */
  next(): void {
    if (this.#passing !== "no") {
      this.#passing = "again";
      return;
    }
    do {
      this.#passing = "yes";
      this.#running = this.#line.shift();
      this.#running?.perform();
    } while ((this.#passing as string) === "again");
    this.#passing = "no";
  }

  /** Reads into `buffer` at `at`, or where the system stands when there are no positions. */
  fetch(buffer: Buffer, at: number, answer: Answer): void {
    const position = this.seekable === false ? null : at;
    read(this.fd, buffer, 0, buffer.length, position, (error, count) => {
      if (this.refusedPosition(error, position)) this.fetch(buffer, at, answer);
      else answer(error, count);
    });
  }

  /** True when the call failed only because it named a position; it is to be made again without. */
  refusedPosition(error: NodeJS.ErrnoException | null, position: number | null): boolean {
    if (position === null) return false;
    this.seekable = error?.code !== "ESPIPE";
    return !this.seekable;
  }

  /** Moves to `position`, where `rest` stands that the system has given already; not after somebody has set another. */
  consume(seeks: number, position: number, rest: Buffer): void {
    if (seeks !== this.seeks) return;
    this.position = position;
    this.ahead = rest;
  }

  /**
   * Moves behind what was appended. Only where the file can be read too: it costs another call of the system, which
   * nobody needs who only writes a log.
   */
  moveToEnd(seeks: number, done: () => void): void {
    if (!this.reads) {
      done();
      return;
    }
    fstat(this.fd, (error, stats) => {
      if (error === null && stats.isFile()) this.consume(seeks, stats.size, EMPTY);
      done();
    });
  }

  /** Forgets what was read ahead, where it can be read again. */
  dropAhead(): void {
    if (this.seekable !== false) this.ahead = EMPTY;
  }

  /** Closes the file for somebody who has lost it. */
  closeLost(action: FileAction<void>): void {
    if (this.state !== "open") return;
    this.state = "closing";
    this.enter(action);
    process.emitWarning(`File ${this.path} was never closed; use it by asyncWith, or close it`, {
      type: "ResourceWarning",
    });
  }

  /** Gives the descriptor back. */
  release(done: (error: NodeJS.ErrnoException | null) => void): void {
    this.state = "closed";
    this.ahead = EMPTY;
    close(this.fd, (error) => done(error === null ? null : errorAt(this.path, error)));
  }
}
