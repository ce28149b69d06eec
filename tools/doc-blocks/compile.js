/**
 * Makes programs of the documentation's blocks.
 *
 * A block runs on virtual time. As it stands it becomes the body of a `function*` that `runVirtual`
 * runs, so that `yield*` may stand at its top level. One that awaits, exports, or starts a run of
 * its own at its top level becomes a module instead, and `run` in it is `runVirtualAsync`, so that
 * an hour of sleep takes no time there either. `import * as asyncio from "tsyncio"` is given when
 * the block does not import the package; in a doc comment, every name that the package exports is.
 *
 * Lines are kept: line n of the program is line n of the block.
 */

import { parseModule, walk } from "../source/parse.js";
import { instrument } from "./markers.js";

/** @typedef {import("../source/parse.js").Node} Node */
/** @typedef {import("./extract.js").Block} Block */

/**
 * @typedef {object} Program
 * @property {Block} block
 * @property {string} checked TypeScript for the type check, importing "tsyncio"
 * @property {string} run TypeScript for the run, with the assertions in it
 * @property {number} assertions
 */

/** What the programs of the run import in place of "tsyncio"; it stands beside them. */
export const STAND_IN = "./tsyncio.js";
const SESSION = new URL("session.js", import.meta.url).href;

const IMPORT = /^import\s(?:[^;"']*?\sfrom\s)?\s*["'][^"'\n]+["'];?[ \t]*$/gm;
const RUNNERS = new Set(["run", "runVirtual", "runVirtualAsync", "runBlocking"]);

/** What the body of a block is put into when it does not stand alone. */
const WRAPPED = {
  imports: ' import { runVirtual as __runVirtual } from "tsyncio/testing";',
  before: " __runVirtual(function* main() {",
  after: "\n});",
};

/**
 * @param {Block} block
 * @param {ReadonlyMap<string, string>} exported the names that the package exports, and its entry
 * @returns {Program}
 */
export function compile(block, exported) {
  const { imports, body } = hoist(block.code);
  const { module, frame } = frameFor(block, imports, body);
  const given = givenImports(block, module.program, imports, exported);
  const head = `${imports}${given}${frame.imports}`;
  const start = module.text.indexOf(BODY) + BODY.length;
  const { text, assertions } = instrument(block, module, start, start + body.length);
  const runHead = head.replace(/(["'])tsyncio\1/g, JSON.stringify(STAND_IN));
  return {
    block,
    checked: `${head}${frame.before}${body}${frame.after}\nexport {};\n`,
    run: `${runHead} import * as __doc from "${SESSION}";${frame.before}${text}${frame.after}\n`,
    assertions,
  };
}

/** Stands before the body in what is parsed. */
const BODY = "/*body*/";

/** The syntax tree of a block, and what is to stand around it. */
/** @param {Block} block @param {string} imports @param {string} body */
function frameFor(block, imports, body) {
  const alone = parsed(block, `${imports}${BODY}${body}`);
  if (alone.module !== undefined && runsItself(alone.module.program)) {
    // A parser that knows no strict mode reads `yield* f()` at the top level as a product.
    if (mentions(alone.module.program, "yield")) {
      throw new SyntaxError(`${block.path}:${block.line} yields beside what makes it a module`);
    }
    return { module: alone.module, frame: { imports: "", before: "", after: "" } };
  }
  const { module, error } = parsed(block, `function* __main() {${BODY}${body}\n}`);
  if (module === undefined) throw error;
  return { module, frame: WRAPPED };
}

/**
 * Takes the imports out of a block, onto one line; their lines stay empty.
 * @param {string} code
 */
function hoist(code) {
  /** @type {string[]} */
  const found = [];
  const body = code.replace(IMPORT, (text) => {
    found.push(text.replaceAll("\n", " ").replace(/;?\s*$/, ";"));
    return "\n".repeat(text.split("\n").length - 1);
  });
  return { imports: found.join(" "), body };
}

/** @param {Block} block @param {string} text */
function parsed(block, text) {
  try {
    return { module: parseModule("block.ts", text), error: undefined };
  } catch (error) {
    const message = String(/** @type {Error} */ (error).message);
    const [, line = "1", what = message] = /^block\.ts:(\d+) (.*)$/s.exec(message) ?? [];
    const place = `${block.path}:${block.line + Number(line) - 1}`;
    return { module: undefined, error: new SyntaxError(`${place} ${what}`) };
  }
}

/** True for a program that needs the top level of a module. */
/** @param {Node} program */
function runsItself(program) {
  let found = false;
  walk(program, (node) => {
    if (/Function/.test(node.type)) return false;
    if (node.type === "AwaitExpression" || node.type.startsWith("Export")) found = true;
    if (node.type === "ForOfStatement" && node["await"] === true) found = true;
    if (node.type === "CallExpression") {
      const { callee } = /** @type {{ callee: Node }} */ (/** @type {unknown} */ (node));
      const isMember = callee.type === "MemberExpression" && callee["object"].name === "asyncio";
      if (RUNNERS.has(isMember ? callee["property"].name : callee["name"])) found = true;
    }
    return undefined;
  });
  return found;
}

/**
 * The imports that a block may leave out.
 * @param {Block} block
 * @param {Node} program
 * @param {string} imports
 * @param {ReadonlyMap<string, string>} exported
 */
function givenImports(block, program, imports, exported) {
  const given = [];
  if (!/["']tsyncio["']/.test(imports)) given.push(' import * as asyncio from "tsyncio";');
  if (block.isExample) {
    const { used, declared } = namesIn(program);
    const imported = new Set(imports.match(/[\w$]+/g));
    for (const name of used) {
      const entry = exported.get(name);
      if (entry === undefined || declared.has(name) || imported.has(name)) continue;
      given.push(` import { ${name} } from "${entry}";`);
    }
  }
  return given.join("");
}

/** @param {Node} program @param {string} name */
function mentions(program, name) {
  return namesIn(program).used.has(name);
}

/** Every name a program mentions, and every name it binds. */
/** @param {Node} program */
function namesIn(program) {
  const used = new Set();
  const declared = new Set();
  walk(program, (node, parent, key) => {
    if (node.type !== "Identifier") return;
    const isProperty = key === "property" && parent?.["computed"] === false;
    const isKey = key === "key" && parent?.["computed"] === false && parent?.["shorthand"] !== true;
    if (isProperty || isKey) return;
    used.add(node["name"]);
    if (key === "id" || key === "params" || key === "local") declared.add(node["name"]);
  });
  return { used, declared };
}

/**
 * The line of the documentation that a line of its program stands for.
 * @param {Block} block
 * @param {number} line
 */
export function placeIn(block, line) {
  const last = block.line + block.code.split("\n").length - 1;
  return `${block.path}:${Math.min(block.line + line - 1, last)}`;
}
