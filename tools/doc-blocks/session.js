/**
 * What the programs made of blocks import for their assertions, and what runs one of them.
 */

import process from "node:process";
import { format, inspect } from "node:util";

/** @typedef {{ line: number, what: string }} Fault */

/** The state of the block that runs. */
const state = {
  /** @type {Fault[]} */
  faults: [],
  /** @type {Set<number>} */
  expected: new Set(),
  /** @type {Set<number>} */
  reached: new Set(),
  /** @type {string[]} */
  printed: [],
  saysPrints: false,
  wroteErrors: false,
};

/** @param {number} line */
export function expects(line) {
  state.expected.add(line);
}

/**
 * @template T
 * @param {number} line
 * @param {T} value
 * @param {string} wanted
 * @returns {T}
 */
export function equals(line, value, wanted) {
  state.reached.add(line);
  const shown = display(value);
  if (normal(shown) !== normal(wanted)) fault(line, `expected ${wanted}\n  but it is ${shown}`);
  return value;
}

/** @param {number} line @param {string[]} wanted */
export function prints(line, wanted) {
  state.reached.add(line);
  state.saysPrints = true;
  const lines = state.printed.splice(0);
  if (lines.join("\n") !== wanted.join("\n")) {
    fault(line, `expected to print\n    ${indent(wanted)}\n  but it printed\n    ${indent(lines)}`);
  }
}

/** @param {number} line @param {unknown} error @param {string} wanted */
export function throws(line, error, wanted) {
  if (error === MISSED) return;
  state.reached.add(line);
  const shown = display(error);
  const isName = /^\w+$/.test(wanted);
  if ((isName ? shown.split(":")[0] : shown) !== wanted) {
    fault(line, `expected to throw ${wanted}\n  but it threw ${shown}`);
  }
}

const MISSED = Symbol("missed");

/** @param {number} line @returns {never} */
export function missed(line) {
  state.reached.add(line);
  fault(line, "expected to throw, but it did not");
  throw MISSED;
}

/** @param {number} line @param {string} what */
function fault(line, what) {
  state.faults.push({ line, what });
}

/** A value on one line; an error as its name and message. */
/** @param {unknown} value @returns {string} */
function display(value) {
  if (value instanceof Error)
    return value.message === "" ? value.name : `${value.name}: ${value.message}`;
  const shown = Array.isArray(value)
    ? value.map((one) => (one instanceof Error ? { [inspect.custom]: () => display(one) } : one))
    : value;
  return inspect(shown, { breakLength: Number.POSITIVE_INFINITY, depth: 8, compact: 8 });
}

/** Quotes of either kind and space inside brackets make no difference. */
/** @param {string} text */
function normal(text) {
  return text
    .replaceAll('"', "'")
    .replace(/\s+/g, " ")
    .replace(/([[{(]) /g, "$1")
    .replace(/ ([\]})])/g, "$1")
    .trim();
}

/** @param {string[]} lines */
function indent(lines) {
  return lines.length === 0 ? "(nothing)" : lines.join("\n    ");
}

/**
 * Runs one program, from its import to the end of what it started; returns what was wrong.
 * @param {string} file
 * @param {number} limit how many milliseconds it may take; on virtual time it takes none
 */
export async function runOne(file, limit) {
  Object.assign(state, {
    faults: [],
    expected: new Set(),
    reached: new Set(),
    printed: [],
    saysPrints: false,
    wroteErrors: false,
  });
  /** @type {NodeJS.Timeout | undefined} */
  let timer;
  const late = new Promise((_resolve, reject) => {
    timer = setTimeout(() => reject(new Error(`did not end in ${limit} ms`)), limit);
  });
  try {
    await Promise.race([import(file), late]);
    await new Promise((resolve) => setImmediate(resolve));
  } catch (error) {
    note(error);
  } finally {
    clearTimeout(timer);
  }
  for (const line of state.expected) {
    if (!state.reached.has(line)) fault(line, "was never reached");
  }
  if (state.printed.length > 0 && (state.saysPrints || state.wroteErrors)) {
    fault(1, `printed without saying so\n    ${indent(state.printed)}`);
  }
  return state.faults;
}

/** Takes an error that ended the program, with the line of the program it comes from. */
/** @param {unknown} error */
function note(error) {
  const stack = error instanceof Error ? (error.stack ?? "") : "";
  const line = Number(/block-\d+\.ts:(\d+)/.exec(stack)?.[1] ?? 1);
  fault(line, `threw ${display(error)}`);
}

/** Takes over the console and the errors that nobody handles. */
export function capture() {
  for (const name of /** @type {const} */ (["log", "info", "debug"])) {
    console[name] = (...args) => void state.printed.push(...format(...args).split("\n"));
  }
  for (const name of /** @type {const} */ (["warn", "error"])) {
    console[name] = (...args) => {
      state.printed.push(...format(...args).split("\n"));
      state.wroteErrors = true;
    };
  }
  process.on("uncaughtException", note);
  process.on("unhandledRejection", note);
}
