/**
 * Runs the cases. Every column of a benchmark is measured in a fresh process, the columns one right
 * after the other, and the whole list several times over, so that whatever else the machine is doing
 * falls on all of them. The order of the columns turns from round to round.
 */
import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { BENCHMARKS, COLUMN_NAMES, isPython } from "./catalogue.js";

const execute = promisify(execFile);
const TIMEOUT = 300_000;
const RUN_JS = fileURLToPath(new URL("run-case.js", import.meta.url));
const RUN_PYTHON = fileURLToPath(new URL("python/run_case.py", import.meta.url));

/** @typedef {import("./benchmark.js").Benchmark} Benchmark */
/** @typedef {import("./benchmark.js").ColumnName} ColumnName */

/**
 * @typedef {object} Session
 * @property {Map<string, Map<ColumnName, number[]>>} figures by the benchmark's name, then the column
 * @property {Set<string>} failures
 */

/**
 * @param {import("./options.js").Options} options
 * @param {import("./platforms.js").Platforms} platforms
 * @param {(line: string) => void} progress
 * @returns {Promise<Session>}
 */
export async function runSession(options, platforms, progress) {
  /** @type {Session} */
  const session = { figures: new Map(), failures: new Set() };
  const benchmarks = BENCHMARKS.filter(({ name }) => options.only?.includes(name) ?? true);
  for (let round = 0; round < options.rounds; round++) {
    for (const benchmark of benchmarks) {
      progress(`round ${round + 1} of ${options.rounds}: ${benchmark.name}`);
      const columns = columnsOf(benchmark, options, platforms);
      for (const column of turned(columns, round)) {
        await runCase(session, benchmark, column, options, platforms);
      }
    }
  }
  return session;
}

/**
 * @param {Benchmark} benchmark
 * @param {import("./options.js").Options} options
 * @param {import("./platforms.js").Platforms} platforms
 */
function columnsOf(benchmark, options, platforms) {
  return COLUMN_NAMES.filter((column) => {
    if (!(options.columns?.includes(column) ?? true)) return false;
    if (isPython(column)) return benchmark.python !== undefined && platforms.found.has(column);
    return column in benchmark.columns;
  });
}

/** @template T @param {readonly T[]} list @param {number} by */
function turned(list, by) {
  const first = by % list.length;
  return [...list.slice(first), ...list.slice(0, first)];
}

/**
 * @param {Session} session
 * @param {Benchmark} benchmark
 * @param {ColumnName} column
 * @param {import("./options.js").Options} options
 * @param {import("./platforms.js").Platforms} platforms
 */
async function runCase(session, benchmark, column, options, platforms) {
  const figures = session.figures.get(benchmark.name) ?? new Map();
  session.figures.set(benchmark.name, figures);
  try {
    const { file, args } = commandOf(benchmark, column, options, platforms);
    const { stdout } = await execute(file, args, { timeout: TIMEOUT });
    const samples = JSON.parse(stdout.trim().split("\n").at(-1) ?? "").samples;
    figures.set(column, [...(figures.get(column) ?? []), ...samples]);
  } catch (error) {
    session.failures.add(`${benchmark.name}, ${column}: ${reasonOf(error)}`);
  }
}

/**
 * @param {Benchmark} benchmark
 * @param {ColumnName} column
 * @param {import("./options.js").Options} options
 * @param {import("./platforms.js").Platforms} platforms
 */
function commandOf(benchmark, column, options, platforms) {
  const size = (benchmark.sizes?.[column] ?? benchmark.size) / (options.quick ? 10 : 1);
  const warmups = Math.min(benchmark.warmups, options.quick ? 1 : benchmark.warmups);
  const work = [String(size), String(warmups), String(benchmark.samples)];
  if (isPython(column) && benchmark.python !== undefined) {
    const { program, argument } = benchmark.python;
    const extra = argument === undefined ? [] : [String(argument)];
    return {
      file: platforms.python[column],
      args: ["-B", RUN_PYTHON, program, column, ...work, ...extra],
    };
  }
  const flags = ["--expose-gc", ...(benchmark.nodeFlags ?? [])];
  return { file: options.node, args: [...flags, RUN_JS, benchmark.name, column, ...work] };
}

/** The line of a failed process that says what was wrong. @param {unknown} error */
function reasonOf(error) {
  if (!(error instanceof Error)) return String(error);
  if ("killed" in error && error.killed) return `did not end within ${TIMEOUT / 1_000} s`;
  const lines = error.message.split("\n").filter((line) => line.trim() !== "");
  return (
    lines.find((line) => /^[\w. ]*(Error|Exception)\b/.test(line)) ?? lines.at(-1) ?? error.name
  );
}
