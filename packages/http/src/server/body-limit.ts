/** Bodies over the limit: known before they are read by their `content-length`, else counted as they come. */
import type { IncomingMessage } from "node:http";
import { BodyTooLargeError } from "../errors.js";

/** True when the request says itself that its body is longer than `limit`. */
export function announcesMore(incoming: IncomingMessage, limit: number): boolean {
  const length = incoming.headers["content-length"];
  return length !== undefined && Number(length) > limit;
}

/**
 * Counts the body of a request that does not say its length. At the first byte too many `onOverrun` is called, whoever
 * reads the body gets the error, and the rest is dropped as it comes. A body cut short never looks complete; its
 * connection stays, for the answer.
 */
export function countBody(incoming: IncomingMessage, limit: number, onOverrun: () => void): void {
  if (limit === Number.POSITIVE_INFINITY) return;
  let length = 0;
  let overrun: BodyTooLargeError | undefined;
  const push = incoming.push;
  incoming.push = function counted(chunk: unknown, encoding?: BufferEncoding): boolean {
    if (overrun !== undefined) {
      if (chunk === null) endBroken(incoming, overrun);
      return true;
    }
    if (chunk instanceof Uint8Array) length += chunk.length;
    if (length <= limit) return push.call(incoming, chunk, encoding);
    overrun = new BodyTooLargeError(incoming.url ?? "", limit);
    if (incoming.listenerCount("error") > 0) incoming.emit("error", overrun);
    onOverrun();
    return true;
  };
}

/** Ends the body with `error`, heard by those who listen; Node would end the connection too. */
function endBroken(incoming: IncomingMessage, error: Error): void {
  incoming._destroy = (_error, done) => done(incoming.listenerCount("error") > 0 ? error : null);
  incoming.destroy(error);
}
