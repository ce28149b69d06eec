/**
 * The terminal's input, a line at a time, that can be shut while an input is evaluated: keys that
 * are pressed meanwhile wait, pasted lines come one after the other, and Ctrl-C is the terminal's
 * signal again and not a key.
 */

import { Readable } from "node:stream";
import type { ReadStream } from "node:tty";

export class Gate extends Readable {
  readonly isTTY = true;
  readonly #terminal: ReadStream;
  readonly #waiting: (Buffer | null)[] = [];
  #isWanted = false;
  #isReopened = false;

  constructor(terminal: ReadStream) {
    // No more than a line is asked for before it is needed.
    super({ highWaterMark: 1 });
    this.#terminal = terminal;
    terminal.on("data", (chunk: Buffer) => {
      this.#add(...linesOf(this.#isReopened ? withEnd(chunk) : chunk));
      this.#isReopened = false;
    });
    terminal.on("end", () => this.#add(null));
  }

  get isRaw(): boolean {
    return this.#terminal.isRaw;
  }

  /** For readline. */
  setRawMode(mode: boolean): this {
    this.#terminal.setRawMode(mode);
    return this;
  }

  /** Nothing comes through any more. */
  shut(): void {
    this.pause();
    this.#terminal.setRawMode(false);
    this.#terminal.pause();
  }

  /** What has waited comes through, a line at a time, then what is typed. */
  open(): void {
    this.#isReopened = true;
    this.#terminal.setRawMode(true);
    this.#terminal.resume();
    this.resume();
  }

  override _read(): void {
    this.#isWanted = true;
    this.#flow();
  }

  #add(...lines: (Buffer | null)[]): void {
    this.#waiting.push(...lines);
    this.#flow();
  }

  #flow(): void {
    const line = this.#waiting[0];
    if (!this.#isWanted || line === undefined) return;
    this.#isWanted = false;
    this.#waiting.shift();
    this.push(line);
  }
}

/** A Ctrl-D that was pressed while the gate was shut is in what has waited as a zero. */
function withEnd(chunk: Buffer): Buffer {
  return chunk.map((byte) => byte || END_OF_TRANSMISSION) as Buffer;
}

const END_OF_TRANSMISSION = 4;
const LINE_FEED = 10;
const CARRIAGE_RETURN = 13;

/** The chunk, cut behind the ends of its lines. */
function linesOf(chunk: Buffer): Buffer[] {
  const lines: Buffer[] = [];
  let from = 0;
  for (let at = 0; at < chunk.length; at++) {
    const isEnd = chunk[at] === LINE_FEED || chunk[at] === CARRIAGE_RETURN;
    if (!isEnd || (chunk[at] === CARRIAGE_RETURN && chunk[at + 1] === LINE_FEED)) continue;
    lines.push(chunk.subarray(from, at + 1));
    from = at + 1;
  }
  if (from < chunk.length) lines.push(chunk.subarray(from));
  return lines;
}
