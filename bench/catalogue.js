/** The benchmarks and the columns, in the order of the report. */
import { call } from "./benchmarks/call.js";
import { cancel } from "./benchmarks/cancel.js";
import { deep } from "./benchmarks/deep.js";
import { echoLarge, echoSmall } from "./benchmarks/echo.js";
import { gather } from "./benchmarks/gather.js";
import { httpHello } from "./benchmarks/http-hello.js";
import { idleConnections } from "./benchmarks/idle-connections.js";
import { lockContended, lockFree } from "./benchmarks/lock.js";
import { memory, memoryMillion } from "./benchmarks/memory.js";
import { queueBounded, queueUnbounded } from "./benchmarks/queue.js";
import { reschedule } from "./benchmarks/reschedule.js";
import { rescheduleMany } from "./benchmarks/reschedule-many.js";
import { sleeps } from "./benchmarks/sleeps.js";
import { spawnJoin } from "./benchmarks/spawn-join.js";
import { spawnMany } from "./benchmarks/spawn-many.js";
import { workersCompute } from "./benchmarks/workers-compute.js";
import { workersNoOp } from "./benchmarks/workers-no-op.js";
import { workersRoundTrip } from "./benchmarks/workers-round-trip.js";

/** @type {readonly import("./benchmark.js").Benchmark[]} */
export const BENCHMARKS = [
  reschedule,
  rescheduleMany,
  spawnJoin,
  spawnMany,
  call,
  deep,
  queueBounded,
  queueUnbounded,
  lockFree,
  lockContended,
  sleeps,
  cancel,
  gather,
  memory,
  memoryMillion,
  echoSmall,
  echoLarge,
  idleConnections,
  httpHello,
  workersNoOp,
  workersRoundTrip,
  workersCompute,
];

/** @type {Readonly<Record<import("./benchmark.js").ColumnName, string>>} */
export const COLUMN_TITLES = {
  native: "native",
  tsyncio: "tsyncio",
  tsyncioAsync: "tsyncio, async form",
  tsyncioEager: "tsyncio, eager start",
  effect: "Effect",
  effectFast: "Effect, fastest fork",
  effection: "Effection",
  hono: "@hono/node-server",
  piscina: "Piscina",
  tinypool: "Tinypool",
  workerpool: "workerpool",
  asyncio: "asyncio",
  uvloop: "uvloop",
};

export const COLUMN_NAMES = /** @type {import("./benchmark.js").ColumnName[]} */ (
  Object.keys(COLUMN_TITLES)
);

/** @param {import("./benchmark.js").ColumnName} column */
export function isPython(column) {
  return column === "asyncio" || column === "uvloop";
}
