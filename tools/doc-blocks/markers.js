/**
 * The comments of a block that assert, and the calls they become.
 *
 * - `expression; // => value`: the value of an expression statement, of the initial value of a
 *   variable or of a `return`, as `util.inspect` shows it on one line, with quotes of either kind and
 *   space inside brackets or none; an error as `Name: message`. Comment lines that follow with
 *   three or more spaces continue it.
 * - `statement; // prints: text`, or `// prints` with the lines in comments below it: what has been
 *   printed since the last such comment. `// prints nothing` is there too.
 * - `expression; // throws Name: message`: what an expression statement throws; the message may be
 *   left out.
 *
 * Each must be reached when the block runs, and a block that says once what it prints says all.
 */

import { lineOf, walk } from "../source/parse.js";

/** @typedef {import("../source/parse.js").Node} Node */
/** @typedef {import("../source/parse.js").Module} Module */
/** @typedef {import("../source/parse.js").Comment} Comment */
/** @typedef {import("./extract.js").Block} Block */
/** @typedef {{ at: number, text: string }} Insertion */

const MARKER = /^\s*(=>|prints\b|throws\b)(:?)[ \t]*(.*)$/s;

/**
 * The text between two offsets of a module, with its assertions as calls of `__doc`.
 * @param {Block} block
 * @param {Module} module
 * @param {number} start
 * @param {number} end
 * @returns {{ text: string, assertions: number }}
 */
export function instrument(block, module, start, end) {
  /** @type {Insertion[]} */
  const insertions = [];
  /** @type {number[]} */
  const expected = [];
  const comments = module.comments.filter((comment) => comment.type === "Line");
  for (const [index, comment] of comments.entries()) {
    const [, kind, colon, rest = ""] = MARKER.exec(comment.value) ?? [];
    if (kind === undefined) continue;
    const continued = linesAfter(module, comments, index);
    const line = lineOf(module.text, comment.start);
    const fail = (/** @type {string} */ what) => {
      throw new SyntaxError(`${block.path}:${block.line + line - 1} ${what}`);
    };
    const statement = statementBefore(module, comment);
    if (statement === undefined) return fail(`"// ${kind}" follows no statement`);
    if (kind === "prints") {
      const lines = printed(colon === ":", rest, continued);
      if (lines === undefined) return fail('"// prints" is followed by no lines');
      const text = `;__doc.prints(${line}, ${JSON.stringify(lines)});`;
      insertions.push({ at: statement.end, text });
    } else if (kind === "throws") {
      if (statement.type !== "ExpressionStatement")
        return fail('"// throws" follows no expression');
      insertions.push({ at: statement.start, text: "try {" });
      const handler = `__doc.missed(${line}) } catch (__error) { __doc.throws(${line}, __error, `;
      insertions.push({ at: statement.end, text: `;${handler}${JSON.stringify(rest.trim())}) }` });
    } else {
      const expression = expressionOf(statement);
      if (expression === undefined) return fail('"// =>" follows no expression');
      const more = continued.filter((one) => /^\s{3,}/.test(one));
      const wanted = [rest, ...more].join(" ").trim();
      insertions.push({ at: expression.start, text: `__doc.equals(${line}, (` });
      insertions.push({ at: expression.end, text: `), ${JSON.stringify(wanted)})` });
    }
    expected.push(line);
  }
  const announced = expected.map((line) => `__doc.expects(${line});`).join("");
  const text = announced + splice(module.text, insertions, start, end);
  return { text, assertions: expected.length };
}

/**
 * The texts of the comments that stand alone on the lines after a comment.
 * @param {Module} module
 * @param {Comment[]} comments
 * @param {number} index
 */
function linesAfter(module, comments, index) {
  const lines = [];
  for (let at = index; ; at++) {
    const [comment, next] = [comments[at], comments[at + 1]];
    if (comment === undefined || next === undefined) break;
    if (!/^\n[ \t]*$/.test(module.text.slice(comment.end, next.start))) break;
    if (MARKER.test(next.value)) break;
    lines.push(next.value);
  }
  return lines;
}

/** @param {boolean} isInline @param {string} rest @param {string[]} continued */
function printed(isInline, rest, continued) {
  if (isInline && rest.trim() !== "") return [rest.trimEnd()];
  if (rest.trim() === "nothing") return [];
  if (continued.length === 0) return undefined;
  return continued.map((line) => line.replace(/^ /, "").trimEnd());
}

/**
 * The last statement that ends before a comment, in the innermost list of statements around it.
 * @param {Module} module
 * @param {Comment} comment
 * @returns {Node | undefined}
 */
function statementBefore(module, comment) {
  /** @type {Node | undefined} */
  let found;
  walk(module.program, (node) => {
    if (node.type !== "Program" && (node.start > comment.start || node.end < comment.end))
      return false;
    const lists = [node["body"], node["consequent"]];
    const list = lists.find((one) => Array.isArray(one));
    if (/^(Program|BlockStatement|FunctionBody|StaticBlock|SwitchCase)$/.test(node.type)) {
      found = list?.findLast((/** @type {Node} */ one) => one.end <= comment.start);
    }
    return undefined;
  });
  return found;
}

/** @param {Node} statement @returns {Node | undefined} */
function expressionOf(statement) {
  switch (statement.type) {
    case "ExpressionStatement":
      return statement["expression"];
    case "ReturnStatement":
      return statement["argument"] ?? undefined;
    case "ExportNamedDeclaration":
      return statement["declaration"] === null ? undefined : expressionOf(statement["declaration"]);
    case "VariableDeclaration":
      return statement["declarations"].at(-1)?.init ?? undefined;
    default:
      return undefined;
  }
}

/**
 * @param {string} text
 * @param {Insertion[]} insertions
 * @param {number} start
 * @param {number} end
 */
function splice(text, insertions, start, end) {
  let result = "";
  let from = start;
  for (const { at, text: inserted } of insertions.sort((a, b) => a.at - b.at)) {
    result += text.slice(from, at) + inserted;
    from = at;
  }
  return result + text.slice(from, end);
}
