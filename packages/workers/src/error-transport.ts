/**
 * Errors on their way between threads, processes and machines: plain data that structured clone and, but for odd
 * properties, JSON can carry. What arrives is an error of the class of that name where the engine or the runtime has one,
 * else an `Error` of that name, with the message, code, cause and stack it had.
 */
import * as runtime from "tsyncio";
import { JobError, WorkerDiedError } from "./errors.js";

/** An error as plain data. */
export interface ErrorRecord {
  readonly name: string;
  readonly message: string;
  readonly stack?: string | undefined;
  /** Its own further properties, `code` among them. */
  readonly properties?: Readonly<Record<string, unknown>>;
  readonly cause?: ThrownRecord;
  /** Of an `AggregateError`. */
  readonly errors?: readonly ThrownRecord[];
}

/** Whatever was thrown. */
export type ThrownRecord = { readonly error: ErrorRecord } | { readonly value: unknown };

/** How far a chain of causes is followed. */
const DEPTH = 8;
const HANDLED = new Set(["name", "message", "stack", "cause", "errors"]);

/** What was thrown as plain data. */
export function encodeThrown(thrown: unknown, depth = DEPTH): ThrownRecord {
  if (!(thrown instanceof Error)) return { value: cloneable(thrown) ? thrown : String(thrown) };
  const { cause, errors } = thrown as { cause?: unknown; errors?: unknown };
  const properties = ownProperties(thrown);
  const further = depth > 0;
  return {
    error: {
      name: String(thrown.name),
      message: String(thrown.message),
      stack: thrown.stack,
      ...(properties === undefined ? {} : { properties }),
      ...(further && cause !== undefined ? { cause: encodeThrown(cause, depth - 1) } : {}),
      ...(further && Array.isArray(errors)
        ? { errors: errors.map((each: unknown) => encodeThrown(each, depth - 1)) }
        : {}),
    },
  };
}

function ownProperties(error: Error): Record<string, unknown> | undefined {
  let properties: Record<string, unknown> | undefined;
  for (const [key, value] of Object.entries(error)) {
    if (HANDLED.has(key) || value === undefined || !cloneable(value)) continue;
    properties ??= {};
    properties[key] = value;
  }
  return properties;
}

function cloneable(value: unknown): boolean {
  if (typeof value === "function" || typeof value === "symbol") return false;
  if (typeof value !== "object" || value === null) return true;
  try {
    structuredClone(value);
    return true;
  } catch {
    return false;
  }
}

/** What was thrown, from plain data. */
export function decodeThrown(record: ThrownRecord): unknown {
  return "error" in record ? decodeError(record.error) : record.value;
}

function decodeError(record: ErrorRecord): Error {
  const { name, message, stack, properties, cause, errors } = record;
  const error = new Error(message);
  const found = prototypeOf(name);
  if (found !== undefined) Object.setPrototypeOf(error, found);
  if (error.name !== name) define(error, "name", name);
  if (properties !== undefined) Object.assign(error, properties);
  define(error, "stack", stack);
  if (cause !== undefined) define(error, "cause", decodeThrown(cause));
  if (errors !== undefined) define(error, "errors", errors.map(decodeThrown));
  return error;
}

function define(error: Error, key: string, value: unknown): void {
  Object.defineProperty(error, key, { value, writable: true, configurable: true });
}

const CLASSES: Readonly<Record<string, unknown>> = {
  ...(runtime as Record<string, unknown>),
  JobError,
  WorkerDiedError,
};

function prototypeOf(name: string): object | null | undefined {
  const known = Object.hasOwn(CLASSES, name)
    ? CLASSES[name]
    : (globalThis as Record<string, unknown>)[name];
  const prototype: unknown = typeof known === "function" ? known.prototype : undefined;
  return prototype instanceof Error ? prototype : undefined;
}
