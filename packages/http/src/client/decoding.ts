import type { IncomingMessage } from "node:http";
import { pipeline, type Readable, type Transform } from "node:stream";
import { constants, createBrotliDecompress, createGunzip, createInflate } from "node:zlib";

/** What this side can take apart. */
export const ACCEPTED = "gzip, deflate, br";

// A body that lacks its trailer is taken for what has come of it, as browsers do.
const LENIENT = { flush: constants.Z_SYNC_FLUSH, finishFlush: constants.Z_SYNC_FLUSH };

/** The body of `incoming` without its content encodings; undefined when nothing is encoded, or by what nobody knows. */
export function decoded(incoming: IncomingMessage): Readable | undefined {
  const names = (incoming.headers["content-encoding"] ?? "")
    .split(",")
    .map((name) => name.trim().toLowerCase())
    .filter((name) => name !== "" && name !== "identity")
    .reverse();
  const steps = names.map(decoderOf);
  if (steps.length === 0 || steps.includes(undefined)) return undefined;
  const last = steps.at(-1) as Transform;
  // What goes wrong on the way is an error of the last.
  pipeline([incoming, ...(steps as Transform[])], () => {});
  return last;
}

function decoderOf(name: string): Transform | undefined {
  if (name === "gzip" || name === "x-gzip") return createGunzip(LENIENT);
  if (name === "deflate") return createInflate(LENIENT);
  if (name === "br") return createBrotliDecompress();
  return undefined;
}
