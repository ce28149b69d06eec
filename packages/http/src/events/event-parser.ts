import { LimitOverrunError } from "tsyncio";
import type { ServerSentEvent } from "./server-sent-event.js";

/** What a parser is to know. */
export interface EventParserOptions {
  /** The id of the last event seen before. */
  readonly id?: string | undefined;
  /** The longest event, in characters; 1 Mi. */
  readonly limit?: number | undefined;
  /** Where the events come from, for errors. */
  readonly url?: string | undefined;
}

const MI = 1024 * 1024;

/**
 * Takes a stream of events apart, however it is cut into pieces, by the rules of the HTML standard: lines end with CR, LF
 * or both, an empty line ends an event, one without data is none.
 */
export class EventParser {
  readonly #limit: number;
  readonly #url: string;
  #id: string;
  #retry: number | undefined;
  #rest = "";
  #begun = false;
  #afterReturn = false;
  #data: string[] = [];
  /** The length of the data, the ends of its lines included. */
  #length = 0;
  #type = "";
  /** The id of the event that is being read; it counts when the event is complete. */
  #nextId: string;

  constructor({ id = "", limit = MI, url = "" }: EventParserOptions = {}) {
    this.#limit = limit;
    this.#url = url;
    this.#id = id;
    this.#nextId = id;
  }

  /** The id of the last event that had one. */
  get lastEventId(): string {
    return this.#id;
  }

  /** What the server last said about connecting again, in seconds. */
  get retry(): number | undefined {
    return this.#retry;
  }

  /**
   * The events that `text` completes.
   * @throws {LimitOverrunError} for an event that is longer than the limit.
   */
  *feed(text: string): Generator<ServerSentEvent, void, undefined> {
    if (text === "") return;
    let piece = text;
    if (!this.#begun) {
      this.#begun = true;
      if (piece.startsWith("\uFEFF")) piece = piece.slice(1);
    }
    if (this.#afterReturn && piece.startsWith("\n")) piece = piece.slice(1);
    this.#afterReturn = piece === "" ? false : piece.endsWith("\r");
    // Only the piece is looked through: what is kept of a line may be long.
    const lines = piece.split(/\r\n|\r|\n/);
    const last = lines.pop() as string;
    for (const end of lines) {
      const line = this.#continue(end);
      this.#rest = "";
      const event = line === "" ? this.#dispatch() : this.#field(line);
      if (event !== undefined) yield event;
    }
    this.#rest = this.#continue(last);
  }

  /** The line that is being read, with `text` at its end. */
  #continue(text: string): string {
    const held = this.#length + this.#rest.length + text.length;
    if (held <= this.#limit) return this.#rest + text;
    throw new LimitOverrunError(
      `Cannot read an event of ${this.#url}: it is longer than ${this.#limit} characters; raise the limit`,
      held,
    );
  }

  #field(line: string): undefined {
    const colon = line.indexOf(":");
    const name = colon < 0 ? line : line.slice(0, colon);
    let value = colon < 0 ? "" : line.slice(colon + 1);
    if (value.startsWith(" ")) value = value.slice(1);
    if (name === "data") {
      this.#data.push(value);
      this.#length += value.length + 1;
    } else if (name === "event") this.#type = value;
    else if (name === "id" && !value.includes("\0")) this.#nextId = value;
    else if (name === "retry" && /^\d+$/.test(value)) this.#retry = Number(value) / 1000;
  }

  #dispatch(): ServerSentEvent | undefined {
    this.#id = this.#nextId;
    const data = this.#data;
    const type = this.#type;
    this.#data = [];
    this.#length = 0;
    this.#type = "";
    if (data.length === 0) return undefined;
    return {
      type: type === "" ? "message" : type,
      data: data.join("\n"),
      id: this.#id,
      ...(this.#retry === undefined ? {} : { retry: this.#retry }),
    };
  }
}
