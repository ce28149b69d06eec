/**
 * Finds the blocks of code in the documentation: fences of Markdown that say `ts`, and the
 * `@example` parts of doc comments.
 */

import { lineOf, parseModule } from "../source/parse.js";

/**
 * @typedef {object} Block
 * @property {string} path the file it stands in
 * @property {number} line of its first line there
 * @property {string} code
 * @property {boolean} run false for `no-run`
 * @property {boolean} check false for `no-check`: it shows what does not compile
 * @property {boolean} isExample from a doc comment: what the package exports needs no import there
 */

const FENCE = /^([ \t]*)(```+|~~~+)[ \t]*(\S*)[ \t]*(.*)$/;
const FLAGS = new Set(["no-run", "no-check"]);

/**
 * The blocks of a Markdown text whose fence says `ts` or `typescript`.
 * @param {string} path
 * @param {string} text
 * @returns {Block[]}
 */
export function blocksOfMarkdown(path, text) {
  /** @type {Block[]} */
  const blocks = [];
  /** @type {{ mark: string, indent: string, block: Block | undefined, lines: string[] } | undefined} */
  let open;
  for (const [index, line] of text.split("\n").entries()) {
    const [, indent = "", mark = "", language = "", info = ""] = FENCE.exec(line) ?? [];
    if (open === undefined) {
      if (mark === "") continue;
      open = { mark, indent, block: blockFor(path, index + 2, language, info), lines: [] };
    } else if (mark.startsWith(open.mark) && language === "") {
      if (open.block !== undefined) blocks.push({ ...open.block, code: open.lines.join("\n") });
      open = undefined;
    } else {
      open.lines.push(line.startsWith(open.indent) ? line.slice(open.indent.length) : line);
    }
  }
  if (open !== undefined) throw new Error(`${path}: a block of code is not closed`);
  return blocks;
}

/**
 * @param {string} path
 * @param {number} line
 * @param {string} language
 * @param {string} info
 * @returns {Block | undefined}
 */
function blockFor(path, line, language, info) {
  if (language !== "ts" && language !== "typescript") return undefined;
  const words = info.split(/\s+/).filter((word) => word !== "");
  const unknown = words.find((word) => !FLAGS.has(word));
  if (unknown !== undefined) {
    const flags = [...FLAGS].join(", ");
    throw new Error(`${path}:${line - 1} cannot read "${unknown}" after ts: expected ${flags}`);
  }
  const check = !words.includes("no-check");
  const run = check && !words.includes("no-run");
  return { path, line, code: "", run, check, isExample: false };
}

/**
 * The examples in the doc comments of a source file: what follows `@example` up to the next tag,
 * or the fences in it where there are some.
 * @param {string} path
 * @param {string} text
 * @returns {Block[]}
 */
export function blocksOfSource(path, text) {
  /** @type {Block[]} */
  const blocks = [];
  for (const comment of parseModule(path, text).comments) {
    if (comment.type !== "Block" || !comment.value.startsWith("*")) continue;
    const lines = comment.value.split("\n").map((line) => line.replace(/^\s*\* ?/, ""));
    const first = lineOf(text, comment.start);
    for (const [start, end] of examplesIn(lines)) {
      const body = lines.slice(start, end);
      const fenced = blocksOfMarkdown(path, body.join("\n"));
      const found = body.some((line) => FENCE.test(line))
        ? fenced.map((block) => ({ ...block, line: block.line + first + start - 1 }))
        : [{ path, line: first + start, code: body.join("\n").trimEnd(), run: true, check: true }];
      blocks.push(...found.map((block) => ({ ...block, isExample: true })));
    }
  }
  return blocks;
}

/**
 * The first line and the line after the last of each example in a doc comment.
 * @param {string[]} lines
 * @returns {[number, number][]}
 */
function examplesIn(lines) {
  /** @type {[number, number][]} */
  const ranges = [];
  for (const [index, line] of lines.entries()) {
    const [, rest = ""] = /^@example\b(.*)$/.exec(line) ?? [undefined, undefined];
    if (!line.startsWith("@example")) continue;
    const next = lines.findIndex((other, at) => at > index && /^@\w/.test(other));
    const inline = rest.trim() !== "" && !rest.includes("```");
    ranges.push([inline ? index : index + 1, next === -1 ? lines.length : next]);
    if (inline) lines[index] = rest;
  }
  return ranges;
}
