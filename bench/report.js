/** The tables of a session, in Markdown. */
import { BENCHMARKS, COLUMN_NAMES, COLUMN_TITLES } from "./catalogue.js";
import { median, withUnit, written, writtenRatio } from "./figures.js";

/** @typedef {import("./benchmark.js").ColumnName} ColumnName */
/** @typedef {import("./session.js").Session} Session */

/** @param {Session} session */
export function tablesOf(session) {
  const columns = COLUMN_NAMES.filter((column) =>
    [...session.figures.values()].some((figures) => figures.has(column)),
  );
  const parts = [figureTable(session, columns), ...sizeNotes(session)];
  if (columns.includes("native")) parts.push(ratioTable(session, columns, "native"));
  if (columns.includes("tsyncio")) parts.push(ratioTable(session, columns, "tsyncio"));
  return parts.join("\n\n");
}

/** @param {Session} session @param {readonly ColumnName[]} columns */
function figureTable(session, columns) {
  const rows = rowsOf(session, columns, ({ figures, benchmark, column }) => {
    const samples = figures.get(column);
    if (samples === undefined) return "–";
    const mark = benchmark.sizes?.[column] === undefined ? "" : " †";
    const lowest = written(Math.min(...samples));
    return `${withUnit(median(samples), benchmark.unit)} (${lowest})${mark}`;
  });
  return `### Per operation: median (minimum)\n\n${table(["", ...columns.map(titleOf)], rows)}`;
}

/**
 * @param {Session} session
 * @param {readonly ColumnName[]} columns
 * @param {ColumnName} base
 */
function ratioTable(session, columns, base) {
  const rows = rowsOf(session, columns, ({ figures, column }) => {
    const samples = figures.get(column);
    const baseSamples = figures.get(base);
    if (samples === undefined || baseSamples === undefined) return "–";
    return writtenRatio(median(samples) / median(baseSamples));
  });
  return `### Times ${titleOf(base)}, by medians\n\n${table(["", ...columns.map(titleOf)], rows)}`;
}

/**
 * @typedef {object} Cell
 * @property {import("./benchmark.js").Benchmark} benchmark
 * @property {ReadonlyMap<ColumnName, number[]>} figures
 * @property {ColumnName} column
 */

/**
 * @param {Session} session
 * @param {readonly ColumnName[]} columns
 * @param {(cell: Cell) => string} write
 */
function rowsOf(session, columns, write) {
  return BENCHMARKS.flatMap((benchmark) => {
    const figures = session.figures.get(benchmark.name);
    if (figures === undefined) return [];
    return [[benchmark.title, ...columns.map((column) => write({ benchmark, figures, column }))]];
  });
}

/** @param {Session} session */
function sizeNotes(session) {
  const notes = BENCHMARKS.flatMap(({ name, size, sizes }) =>
    Object.entries(sizes ?? {})
      .filter(([column]) => session.figures.get(name)?.has(/** @type {ColumnName} */ (column)))
      .map(
        ([column, smaller]) =>
          `${titleOf(/** @type {ColumnName} */ (column))} in ${name}: ` +
          `${written(smaller)} instead of ${written(size)}`,
      ),
  );
  return notes.length === 0
    ? []
    : [`† smaller work, or it would take minutes. ${notes.join("; ")}.`];
}

/** @param {ColumnName} column */
function titleOf(column) {
  return COLUMN_TITLES[column];
}

/** @param {readonly string[]} head @param {readonly (readonly string[])[]} rows */
export function table(head, rows) {
  const rule = head.map((_, index) => (index === 0 ? "---" : "---:"));
  return [head, rule, ...rows].map((cells) => `| ${cells.join(" | ")} |`).join("\n");
}
