/** The command line of `npm run bench --`. */
import { resolve } from "node:path";
import { parseArgs } from "node:util";
import { BENCHMARKS, COLUMN_NAMES } from "./catalogue.js";

/**
 * @typedef {object} Options
 * @property {number} rounds
 * @property {readonly string[] | undefined} only names of benchmarks
 * @property {readonly string[] | undefined} columns names of columns
 * @property {boolean} quick one round of a tenth of the work
 * @property {string} node
 * @property {string} python
 * @property {string} uvloopPython
 * @property {string | undefined} out
 * @property {boolean} help
 */

export const USAGE = `npm run bench -- [options]

  --rounds N            fresh processes per column (5)
  --only NAME,...       ${BENCHMARKS.map(({ name }) => name).join(", ")}
  --columns NAME,...    ${COLUMN_NAMES.join(", ")}
  --quick               one round, a tenth of the work
  --node PATH           the Node that runs the JavaScript columns (this one)
  --python PATH         the CPython of the column asyncio (python3)
  --uvloop-python PATH  the CPython of the column uvloop (/usr/bin/python3)
  --out FILE            write the report there as well
`;

/** @param {string[]} args @param {string} folder what a relative path starts from @returns {Options} */
export function parseOptions(args, folder) {
  const { values } = parseArgs({
    args,
    options: {
      rounds: { type: "string" },
      only: { type: "string", multiple: true },
      columns: { type: "string", multiple: true },
      quick: { type: "boolean", default: false },
      node: { type: "string" },
      python: { type: "string", default: "python3" },
      "uvloop-python": { type: "string", default: "/usr/bin/python3" },
      out: { type: "string" },
      help: { type: "boolean", short: "h", default: false },
    },
  });
  const rounds = Number(values.rounds ?? (values.quick ? 1 : 5));
  if (!Number.isInteger(rounds) || rounds < 1) {
    throw new RangeError(`--rounds must be a positive integer, "${values.rounds}" came`);
  }
  const names = BENCHMARKS.map(({ name }) => name);
  return {
    rounds,
    only: chosen("--only", values.only, names),
    columns: chosen("--columns", values.columns, COLUMN_NAMES),
    quick: values.quick,
    node: values.node === undefined ? process.execPath : resolve(folder, values.node),
    python: values.python,
    uvloopPython: values["uvloop-python"],
    out: values.out === undefined ? undefined : resolve(folder, values.out),
    help: values.help,
  };
}

/**
 * @param {string} option
 * @param {string[] | undefined} given
 * @param {readonly string[]} known
 */
function chosen(option, given, known) {
  if (given === undefined) return undefined;
  const names = given.flatMap((list) => list.split(","));
  for (const name of names) {
    if (!known.includes(name)) {
      throw new RangeError(`${option} must name one of ${known.join(", ")}; "${name}" came`);
    }
  }
  return names;
}
