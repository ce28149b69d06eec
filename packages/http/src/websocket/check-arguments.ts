/** What can be sent on a WebSocket. */
import { describeValue, rangeError, typeError } from "../errors.js";

/** @throws {TypeError} for what is no message (`ERR_INVALID_ARG`). */
export function checkMessage(message: unknown, url: string): void {
  if (typeof message === "string" || message instanceof Uint8Array) return;
  throw typeError(
    "ERR_INVALID_ARG",
    `Cannot send to ${url}: expected a string or bytes, got ${describeValue(message)}`,
  );
}

/** @throws {RangeError} for a close that cannot be sent (`ERR_INVALID_ARG`). */
export function checkClose(code: number, reason: string, url: string): void {
  const own = code >= 3000 && code <= 4999;
  const standard = code >= 1000 && code <= 1014 && !(code >= 1004 && code <= 1006);
  if (!Number.isInteger(code) || !(own || standard)) {
    throw rangeError(
      "ERR_INVALID_ARG",
      `Cannot close ${url}: code must be 1000 or from 3000 to 4999, got ${describeValue(code)}`,
    );
  }
  const length = Buffer.byteLength(reason);
  if (length <= 123) return;
  throw rangeError(
    "ERR_INVALID_ARG",
    `Cannot close ${url}: the reason may have 123 bytes, got ${length}`,
  );
}
