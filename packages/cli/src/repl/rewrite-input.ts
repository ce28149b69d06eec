/**
 * Turns what was typed into the text of one function that the session can run as a coroutine. What
 * it declares at its top becomes a global, so that later inputs see it and may declare it again;
 * the value of its last expression is what the function returns, in an object, because a coroutine
 * that returns something to be awaited would await it.
 *
 * An input that awaits at its top becomes an `async` function, one with `yield*` a generator, any
 * other one a plain function, which Ctrl-C can interrupt while it computes.
 */

import MagicString from "magic-string";
import { type ParseResult, parseSync } from "oxc-parser";

/** How the function is called: its result is awaited, driven as a coroutine, or taken as it is. */
export type Style = "async" | "generator" | "plain";

/** A function that does what was typed. */
export interface Rewritten {
  readonly style: Style;
  /** A function declaration named `__input`, in TypeScript, line by line as it was typed. */
  readonly code: string;
  /** The names that must be globals before it runs. */
  readonly names: readonly string[];
}

// biome-ignore lint/suspicious/noExplicitAny: the nodes of a syntax tree
type Node = any;

/** The name of the function that imports for an input. */
export const IMPORT = "__import";

const GENERATOR_HEAD = "function* __input() {\n";

/** What was typed goes on in the next line. */
export class Incomplete extends Error {
  override readonly name = "Incomplete";
}

/**
 * Rewrites an input.
 * @throws {Incomplete} when it may become one with more lines.
 * @throws {SyntaxError} when it cannot.
 */
export function rewriteInput(source: string): Rewritten {
  return asExpression(source) ?? asGenerator(source) ?? asStatements(source);
}

/** What an expression may begin with that would be a statement there. */
const AMBIGUOUS = /^\s*(?:\{|(?:async\s+)?function\s*\*?\s*\(|class\s*(?:\{|extends\b))/;

/** An input that begins with a brace is an object if it can be one, and what has no name is no declaration. */
function asExpression(source: string): Rewritten | undefined {
  if (!AMBIGUOUS.test(source) || /;\s*$/.test(source)) return undefined;
  const text = `(${source}\n)`;
  return parse(text).errors.length > 0 ? undefined : asStatements(text);
}

/** An input that yields outside of functions. */
function asGenerator(source: string): Rewritten | undefined {
  if (!/\byield\b/.test(source)) return undefined;
  const text = `${GENERATOR_HEAD}${source}\n}`;
  const { errors, program } = parse(text);
  const statements: Node[] = (program.body[0] as Node)?.body?.body ?? [];
  if (!hasOutside(statements, "YieldExpression")) return undefined;
  const [error] = errors;
  if (error !== undefined) throw faultOf(error, source, GENERATOR_HEAD.length);
  return rewrite(text, statements, "generator", GENERATOR_HEAD.length);
}

function asStatements(source: string): Rewritten {
  const { errors, program } = parse(source);
  const [error] = errors;
  if (error !== undefined) throw faultOf(error, source, 0);
  const awaits =
    hasOutside(program.body, "AwaitExpression") ||
    program.body.some((node) => node.type === "ImportDeclaration");
  return rewrite(source, program.body, awaits ? "async" : "plain", 0);
}

function parse(source: string): ParseResult {
  return parseSync("input.ts", source, { lang: "ts", sourceType: "module" });
}

/** True when a node of the type stands outside of all functions. */
function hasOutside(node: Node, type: string): boolean {
  if (Array.isArray(node)) return node.some((one) => hasOutside(one, type));
  if (typeof node?.type !== "string") return false;
  if (node.type === type || (type === "AwaitExpression" && awaitsByItself(node))) return true;
  if (/Function|MethodDefinition|PropertyDefinition|StaticBlock/.test(node.type)) return false;
  return Object.values(node).some((child) => hasOutside(child, type));
}

function awaitsByItself(node: Node): boolean {
  return node.type === "ForOfStatement" ? node.await === true : node.kind === "await using";
}

function faultOf(error: ParseResult["errors"][number], source: string, before: number): Error {
  const start = (error.labels[0]?.start ?? 0) - before;
  const isOpen =
    start >= source.trimEnd().length || /^(?:`|\/\*)/.test(source.slice(Math.max(start, 0)));
  if (isOpen) return new Incomplete("The input is not complete.");
  const lines = source.slice(0, start).split("\n");
  const column = lines.at(-1)?.length ?? 0;
  const line = source.split("\n")[lines.length - 1] ?? "";
  const fault = new SyntaxError(error.message);
  fault.stack = `${line}\n${" ".repeat(column)}^\n\nSyntaxError: ${error.message}`;
  return fault;
}

/** Makes the function of the statements of `text` that stand behind `from`. */
function rewrite(text: string, statements: Node[], style: Style, from: number): Rewritten {
  const edited = new MagicString(text);
  const names = new Set<string>();
  for (const statement of statements) rewriteStatement(edited, statement, names);
  rewriteDynamicImports(edited, statements);
  const last = statements.at(-1);
  if (last?.type === "ExpressionStatement") {
    // The 0 keeps a function without a name from being called value.
    edited.appendLeft(last.expression.start, "return { value: (0, ");
    edited.appendRight(last.expression.end, ") }");
  }
  const keyword = { async: "async function", generator: "function*", plain: "function" }[style];
  const end = from === 0 ? text.length : text.length - 1;
  if (from > 0) edited.remove(0, from).remove(end, text.length);
  const code = `${keyword} __input() { ${edited.toString()}\n}`;
  return { style, code, names: [...names] };
}

function rewriteStatement(edited: MagicString, node: Node, names: Set<string>): void {
  switch (node.type) {
    case "ImportDeclaration":
      rewriteImport(edited, node, names);
      return;
    case "ExportNamedDeclaration":
      if (node.declaration === null) edited.remove(node.start, node.end);
      else {
        edited.remove(node.start, node.declaration.start);
        rewriteStatement(edited, node.declaration, names);
      }
      return;
    case "VariableDeclaration":
      if (!node.kind.endsWith("using") && node.declare !== true) {
        rewriteVariables(edited, node, names);
      }
      return;
    case "ExpressionStatement":
      // As at other prompts, what has no name yet gets one.
      nameAssigned(node.expression, names);
      return;
    case "FunctionDeclaration":
    case "ClassDeclaration":
    case "TSEnumDeclaration":
      names.add(node.id.name);
      edited.appendRight(node.end, ` globalThis.${node.id.name} = ${node.id.name};`);
  }
}

/** The names that an assignment gives values. */
function nameAssigned(node: Node, names: Set<string>): void {
  if (node.type === "ParenthesizedExpression") nameAssigned(node.expression, names);
  if (node.type === "AssignmentExpression" && node.operator === "=") namesOf(node.left, names);
}

/** Declarations become assignments to globals. */
function rewriteVariables(edited: MagicString, node: Node, names: Set<string>): void {
  const [first] = node.declarations;
  edited.overwrite(node.start, first.start, ";");
  for (const { id, init, start, end } of node.declarations as Node[]) {
    namesOf(id, names);
    const annotation = id.typeAnnotation;
    if (annotation) edited.remove(annotation.start, annotation.end);
    edited.appendRight(start, "(");
    edited.appendLeft(end, init === null ? " = undefined)" : ")");
  }
}

/** What is typed is in no file: modules are found by a function that it is given. */
function rewriteDynamicImports(edited: MagicString, node: Node): void {
  if (Array.isArray(node)) for (const one of node) rewriteDynamicImports(edited, one);
  if (typeof node?.type !== "string") return;
  if (node.type === "ImportExpression") {
    edited.overwrite(node.start, node.start + "import".length, IMPORT);
  }
  for (const child of Object.values(node)) rewriteDynamicImports(edited, child);
}

/** Static imports become dynamic ones. */
function rewriteImport(edited: MagicString, node: Node, names: Set<string>): void {
  const specifiers: Node[] = node.specifiers.filter((one: Node) => one.importKind !== "type");
  if (node.importKind === "type") {
    edited.remove(node.start, node.end);
    return;
  }
  const loaded = `await ${IMPORT}(${node.source.raw})`;
  const assignments = [];
  const properties = [];
  for (const { type, local, imported } of specifiers) {
    names.add(local.name);
    if (type === "ImportNamespaceSpecifier") assignments.push(`${local.name} = ${loaded};`);
    else {
      const key =
        type === "ImportDefaultSpecifier" ? '"default"' : JSON.stringify(nameOf(imported));
      properties.push(`${key}: ${local.name}`);
    }
  }
  if (properties.length > 0) assignments.push(`({ ${properties.join(", ")} } = ${loaded});`);
  edited.overwrite(node.start, node.end, `;${assignments.join(" ") || `${loaded};`}`);
}

function nameOf(node: Node): string {
  return node.type === "Identifier" ? node.name : node.value;
}

/** The names that a pattern binds. */
function namesOf(pattern: Node, names: Set<string>): void {
  switch (pattern?.type) {
    case "Identifier":
      names.add(pattern.name);
      return;
    case "ObjectPattern":
      for (const property of pattern.properties) namesOf(property.value ?? property, names);
      return;
    case "ArrayPattern":
      for (const element of pattern.elements) namesOf(element, names);
      return;
    case "AssignmentPattern":
      namesOf(pattern.left, names);
      return;
    case "RestElement":
      namesOf(pattern.argument, names);
  }
}
