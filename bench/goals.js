/**
 * The goals of the runtime and which of them a session met. Each compares medians; the figure made
 * from the minima stands beside it, because a busy machine moves medians more.
 */
import { median, written, writtenRatio } from "./figures.js";
import { table } from "./report.js";

/** @typedef {import("./benchmark.js").ColumnName} ColumnName */
/** @typedef {import("./session.js").Session} Session */

/**
 * `faster`: the other column takes at least `asked` times as long as tsyncio. `within`: tsyncio takes at
 * most `asked` times as long as the other. `most`: tsyncio's own figure is at most `asked`.
 * @typedef {object} Goal
 * @property {string} text
 * @property {string} benchmark
 * @property {ColumnName} [column] the one that is measured (tsyncio)
 * @property {ColumnName} [other]
 * @property {"faster" | "within" | "most"} kind
 * @property {number} asked
 */

/** @type {readonly Goal[]} */
export const GOALS = [
  faster("spawn-join", "asyncio", 25, "spawn and join a child: faster than asyncio"),
  faster("spawn-join", "uvloop", 15, "spawn and join a child: faster than uvloop"),
  faster(
    "spawn-join",
    "effectFast",
    5,
    "spawn and join a child: faster than Effect's fastest fork",
  ),
  {
    ...faster("spawn-join", "effectFast", 5, "the same, both started at once (`eagerStart`)"),
    column: "tsyncioEager",
  },
  within("spawn-join", 5, "spawn and join a child: times a native call and its await"),
  faster("reschedule", "asyncio", 20, "reschedule: faster than asyncio"),
  faster("reschedule", "uvloop", 10, "reschedule: faster than uvloop"),
  within("reschedule", 2, "reschedule: times a native await of a settled promise"),
  within("spawn-50000", 1, "spawn 50,000 and join all: times native"),
  within("call", 1, "call that does not suspend: times native"),
  {
    ...within("call", 3, "the same in async form: times the generator form"),
    column: "tsyncioAsync",
    other: "tsyncio",
  },
  { ...within("call", 2, "the same in async form: times native"), column: "tsyncioAsync" },
  {
    ...within("deep-50", 1, "50 levels deep in async form: times native"),
    column: "tsyncioAsync",
  },
  within("queue-100", 1, "queue hand-off, capacity 100: times the promise version"),
  within("queue-unbounded", 1, "queue hand-off, unbounded: times the promise version"),
  within("lock-free", 1, "lock, uncontended: times the promise version"),
  within("lock-contended", 1, "lock, contended: times the promise version"),
  faster("cancel-50000", "effect", 5, "cancel 50,000 parked tasks: faster than Effect"),
  most("sleeps", 1.3, "100,000 sleeps of 1 to 500 ms: times the ideal"),
  most("memory", 700, "bytes for a task parked in a sleep"),
  within("echo-1k", 1 / 0.9, "echo of 1 KiB: times plain node:net (0.9 of its throughput)"),
  within("echo-64k", 1 / 0.9, "echo of 64 KiB: times plain node:net (0.9 of its throughput)"),
  faster("echo-1k", "asyncio", 2, "echo of 1 KiB: faster than asyncio's streams"),
  faster("echo-64k", "asyncio", 2, "echo of 64 KiB: faster than asyncio's streams"),
  within("idle-connections", 1.3, "memory of an idle connection: times plain node:net"),
  {
    ...within("http-hello", 1 / 0.9, "HTTP: times @hono/node-server alone (0.9 of its throughput)"),
    other: "hono",
  },
  within("workers-no-op", 1.5, "no-op on a thread, 500 in flight: times bare threads"),
  within("workers-round-trip", 1.3, "no-op on a thread, one by one: times bare threads"),
  within("workers-compute", 1.05, "100 jobs of 10 ms on two threads: times bare threads"),
];

/**
 * @param {string} benchmark
 * @param {ColumnName} other
 * @param {number} asked
 * @param {string} text
 * @returns {Goal}
 */
function faster(benchmark, other, asked, text) {
  return { text, benchmark, other, kind: "faster", asked };
}

/** @param {string} benchmark @param {number} asked @param {string} text @returns {Goal} */
function within(benchmark, asked, text) {
  return { text, benchmark, other: "native", kind: "within", asked };
}

/** @param {string} benchmark @param {number} asked @param {string} text @returns {Goal} */
function most(benchmark, asked, text) {
  return { text, benchmark, kind: "most", asked };
}

/** A Markdown table; goals whose columns were not measured are left out. @param {Session} session */
export function goalTable(session) {
  const rows = GOALS.flatMap((goal) => {
    const byMedian = measured(session, goal, median);
    const byMinimum = measured(session, goal, (samples) => Math.min(...samples));
    if (byMedian === undefined || byMinimum === undefined) return [];
    const asked = `${goal.kind === "faster" ? "≥" : "≤"} ${written(goal.asked)}`;
    const figure = goal.kind === "most" ? written : writtenRatio;
    const verdict = holds(goal, byMedian) ? "holds" : "**missed**";
    return [[goal.text, asked, figure(byMedian), figure(byMinimum), verdict]];
  });
  const head = ["", "asked", "by medians", "by minima", "by medians it"];
  return rows.length === 0 ? undefined : `### Goals\n\n${table(head, rows)}`;
}

/** @param {Goal} goal @param {number} figure */
export function holds(goal, figure) {
  return goal.kind === "faster" ? figure >= goal.asked : figure <= goal.asked;
}

/**
 * @param {Session} session
 * @param {Goal} goal
 * @param {(samples: readonly number[]) => number} summary
 */
export function measured(session, goal, summary) {
  const figures = session.figures.get(goal.benchmark);
  const own = figures?.get(goal.column ?? "tsyncio");
  const other = goal.other === undefined ? undefined : figures?.get(goal.other);
  if (own === undefined || (goal.other !== undefined && other === undefined)) return undefined;
  if (other === undefined) return summary(own);
  return goal.kind === "faster" ? summary(other) / summary(own) : summary(own) / summary(other);
}
