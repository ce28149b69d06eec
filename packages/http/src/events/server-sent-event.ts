/** Server-sent events: what one is, and how it is written. */
import { describeValue, typeError } from "../errors.js";

/** An event as it is received. */
export interface ServerSentEvent {
  /** Its name; `message` when the server gave none. */
  readonly type: string;
  /** Its text. */
  readonly data: string;
  /** The id of the last event that had one, empty when there was none. */
  readonly id: string;
  /** How long the server wants a client to wait before it connects again, in seconds. */
  readonly retry?: number | undefined;
}

/** An event as it is sent. */
export interface SentEvent {
  /** Its text; lines are kept. */
  readonly data?: string | undefined;
  /** Its name; clients take `message` when there is none. */
  readonly type?: string | undefined;
  /** What a client that connects again says it has seen last. */
  readonly id?: string | undefined;
  /** How long clients wait before they connect again, in seconds. */
  readonly retry?: number | undefined;
  /** A text for people who look at the stream; clients ignore it. */
  readonly comment?: string | undefined;
}

const LINE_END = /\r\n|\r|\n/;

/**
 * The text of `event` in a stream.
 * @throws {TypeError} for a name or id with a line break (`ERR_INVALID_EVENT`).
 */
export function formatEvent(event: SentEvent | string): string {
  const { data, type, id, retry, comment } = toEvent(event);
  let text = "";
  if (comment !== undefined) for (const line of comment.split(LINE_END)) text += `: ${line}\n`;
  if (type !== undefined) text += `event: ${oneLine("type", type)}\n`;
  if (id !== undefined) text += `id: ${oneLine("id", id)}\n`;
  if (retry !== undefined) text += `retry: ${Math.round(retry * 1000)}\n`;
  if (data !== undefined) for (const line of data.split(LINE_END)) text += `data: ${line}\n`;
  return `${text}\n`;
}

function toEvent(event: SentEvent | string): SentEvent {
  if (typeof event === "string") return { data: event };
  if (typeof event === "object" && event !== null) return event;
  throw typeError(
    "ERR_INVALID_EVENT",
    `Cannot send event: expected a string or an object with data, got ${describeValue(event)}`,
  );
}

function oneLine(name: string, value: string): string {
  if (typeof value === "string" && !LINE_END.test(value) && !value.includes("\0")) return value;
  throw typeError(
    "ERR_INVALID_EVENT",
    `Cannot send event: ${name} must be a string of one line, got ${describeValue(value)}`,
  );
}
