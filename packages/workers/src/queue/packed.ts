/**
 * Arguments, results and progress on their way through Redis, which stores JSON: what JSON can carry is stored as it is,
 * so that other tools can read it; anything else that `structuredClone` copies (dates, maps, buffers, circles) in the
 * engine's own format.
 */
import { deserialize, serialize } from "node:v8";

/** A value as JSON can store it. Empty for `undefined`. */
export type Packed = { readonly json?: unknown } | { readonly v8: string };

/** Deeper, or circular, data is left to the engine's format. */
const DEPTH = 64;

/**
 * Packs what `structuredClone` copies.
 * @throws {Error} for anything else: functions, symbols, promises.
 */
export function pack(value: unknown): Packed {
  if (value === undefined) return {};
  if (isJson(value, DEPTH)) return { json: value };
  return { v8: serialize(value).toString("base64") };
}

/** The value that was packed. */
export function unpack(packed: Packed): unknown {
  return "v8" in packed ? deserialize(Buffer.from(packed.v8, "base64")) : packed.json;
}

/** What is thrown away with an error of its own must not hide the first: packs `value`, or what it is called. */
export function packOrName(value: unknown): Packed {
  try {
    return pack(value);
  } catch {
    return { json: String(value) };
  }
}

/** True when `value` is the same after `JSON.parse(JSON.stringify(value))`. */
function isJson(value: unknown, depth: number): boolean {
  switch (typeof value) {
    case "string":
    case "boolean":
      return true;
    case "number":
      return Number.isFinite(value) && !Object.is(value, -0);
    case "object":
      return value === null || (depth > 0 && holdsJson(value, depth - 1));
    default:
      return false;
  }
}

function holdsJson(value: object, depth: number): boolean {
  if (Array.isArray(value)) {
    if (Object.keys(value).length !== value.length) return false;
    return value.every((item) => isJson(item, depth));
  }
  if (Object.getPrototypeOf(value) !== Object.prototype || "toJSON" in value) return false;
  return Object.values(value).every((item) => isJson(item, depth));
}
