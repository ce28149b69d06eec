/**
 * An `async` function becomes a plain one that describes a call of itself, around a generator that is its body:
 *
 *     async function twice(n) { return 2 * (await n); }
 *
 *     function twice(n) { return lowered(INFO, (twice$body ??= { *twice(n) { return 2 * (yield at(0, n)); } }.twice)(n)); }
 *
 * The text stays where it is. A generator method gives its name to stacks, but no binding that could hide another. Where
 * parameters have defaults or patterns they are the generator's alone, so that they are evaluated when the call starts,
 * and the plain function has as many placeholders as `length` counts.
 */
import type { FunctionNode, Node } from "../syntax/node.js";
import { findToken, skipSpace } from "../syntax/tokens.js";
import type { Context } from "./context.js";
import type { Binding, Frame } from "./frames.js";
import { nameOf } from "./function-names.js";
import { homeOf } from "./homes.js";
import type { Helper } from "./runtime.js";

/** A function whose own inner nodes are lowered already. */
interface Lowered {
  readonly context: Context;
  readonly frame: Frame;
  readonly node: FunctionNode;
  /** The class member or property whose method it is. */
  readonly method: Node | undefined;
}

/** What stands around the generator's parameters and body. */
interface Wrapper {
  readonly before: string;
  readonly after: string;
}

/** Lowers the function of `frame`, which is at the end of the walk's path. */
export function lowerFunction(context: Context, frame: Frame): void {
  const node = frame.node as FunctionNode;
  const lowered: Lowered = { context, frame, node, method: methodOf(node, context.path) };
  const { before, after } = wrapperOf(lowered);
  const { edits, code } = context;
  const start = removeKeywords(lowered);
  if (node.type === "ArrowFunctionExpression") lowerArrowBody(lowered);
  const [bare] = node.params;
  if (node.type === "ArrowFunctionExpression" && bare?.start === start && code[start] !== "(") {
    edits.open(start, `${before}(`);
    edits.close(bare.end, ")");
  } else edits.open(start, before);
  edits.close(node.end, after);
}

/** The member or property whose method `node` is. */
function methodOf(node: FunctionNode, path: readonly Node[]): Node | undefined {
  const parent = path.at(-1);
  const isMethod =
    parent?.type === "MethodDefinition" || (parent?.type === "Property" && parent.method);
  return isMethod && parent.value === node ? parent : undefined;
}

/** Removes `async` and the star of a generator; returns where the parameters begin, or their types. */
function removeKeywords({ context, node, method }: Lowered): number {
  const { code, edits } = context;
  let keyword = node.start;
  let end = node.end;
  if (method?.type === "MethodDefinition" || method?.type === "Property") {
    const decorators = method.type === "MethodDefinition" ? method.decorators : [];
    keyword = findToken(code, "async", decorators.at(-1)?.end ?? method.start, method.key.start);
    end = method.key.start;
    // Without the word, a computed key would index what the line before left open.
    if (method.type === "MethodDefinition" && keyword === method.start && method.computed) {
      edits.open(keyword, ";");
    }
  }
  edits.removeWord(keyword, "async".length);
  if (node.generator) {
    const star = findToken(code, "*", keyword, end);
    edits.replace(star, star + 1, "");
  }
  if (method !== undefined) return node.start;
  if (node.typeParameters) return node.typeParameters.start;
  if (node.type !== "ArrowFunctionExpression") return findToken(code, "(", keyword, node.end);
  return skipSpace(code, keyword + "async".length);
}

/** Makes the body of an arrow that of a method. */
function lowerArrowBody({ context, node }: Lowered): void {
  const { code, edits, homes } = context;
  const body = node.body as Node;
  const from = node.returnType?.end ?? node.params.at(-1)?.end ?? node.start;
  const arrow = findToken(code, "=>", from, body.start);
  edits.replace(arrow, arrow + 2, "");
  if (body.type === "BlockStatement") return;
  edits.open(body.start, `{ ${letText(homes.get(body))}return (`);
  edits.close(body.end, "); }");
}

/** `let a, b; `, or nothing. */
export function letText(names: readonly string[] | undefined): string {
  return names === undefined ? "" : `let ${names.join(", ")}; `;
}

function wrapperOf(lowered: Lowered): Wrapper {
  const { context, frame, node } = lowered;
  const aliases = aliasTexts(frame, context);
  const { before, after, parameters } = callOf(lowered, aliases !== "");
  const head = `(${parameters.join(", ")})`;
  if (node.type !== "ArrowFunctionExpression") {
    const strict = isStrict(node) ? `"use strict"; ` : "";
    return { before: `${head} { ${strict}${aliases}return ${before}`, after: `${after}; }` };
  }
  if (aliases === "") return { before: `${head} => ${before}`, after };
  return { before: `${head} => { ${aliases}return ${before}`, after: `${after}; }` };
}

function isStrict({ body }: FunctionNode): boolean {
  if (body?.type !== "BlockStatement") return false;
  return body.body.some(
    (one) => one.type === "ExpressionStatement" && one.directive === "use strict",
  );
}

/** The expression that makes the coroutine, and the parameters of the function around it. */
function callOf(lowered: Lowered, hasAliases: boolean): Wrapper & { parameters: string[] } {
  const { context, frame, node } = lowered;
  const { runtime } = context;
  const { own, shown } = nameOf(node, context.path, context.code);
  const info = runtime.describe({
    name: shown,
    place: context.lines.at((lowered.method ?? node).start),
    sites: frame.sites,
  });
  const generator = generatorOf(lowered, own, hasAliases);
  const names = frame.isGenerator ? undefined : simpleParameters(frame);
  // Whoever it is given to will throw its result away. In the function itself, so that it stays the one it was.
  const [start, end] = context.handedOver.has(node)
    ? [`${runtime.helper("discard")}(`, ")"]
    : ["", ""];
  if (names !== undefined) {
    // A method has its class in stacks only when it is called on something.
    const call =
      frame.usesThis || lowered.method !== undefined
        ? `.call(${["this", ...names].join(", ")})`
        : `(${names.join(", ")})`;
    return {
      before: `${start}${runtime.helper("lowered")}(${info}, ${generator.before}`,
      after: `${generator.after}${call})${end}`,
      parameters: names,
    };
  }
  const helper: Helper = frame.isGenerator ? "loweredGenerator" : "callLowered";
  const { parameters, values } = placeholders(context, node);
  const receiver = frame.usesThis ? "this" : "undefined";
  return {
    before: `${start}${runtime.helper(helper)}(${info}, ${generator.before}`,
    after: `${generator.after}, ${receiver}, ${values})${end}`,
    parameters,
  };
}

/** The generator: made once for all calls where a variable can keep it. */
function generatorOf(lowered: Lowered, name: string, hasAliases: boolean): Wrapper {
  const { context, frame, node } = lowered;
  const isPlain = /^[\p{ID_Start}$_][\p{ID_Continue}$]*$/u.test(name);
  const method = isPlain ? name : JSON.stringify(name);
  const access = isPlain ? `.${name}` : `[${method}]`;
  const runs = frame.delegates ? context.runtime.delegation().delegating : "";
  const [left, right] = [`{ *${method}`, ` }${access}`];
  const home = hasAliases ? undefined : homeOf(node, context.path);
  if (home === undefined) return { before: `${runs}(${left}`, after: `${right})` };
  const variable = context.names.make(`${name || "anonymous"}$body`);
  const variables = context.homes.get(home);
  if (variables === undefined) context.homes.set(home, [variable]);
  else variables.push(variable);
  if (runs === "") return { before: `(${variable} ??= ${left}`, after: `${right})` };
  return { before: `(${variable} ??= ${runs}(${left}`, after: `${right}))` };
}

/** The parameters' names, when they are nothing else and `arguments` is not used. */
function simpleParameters({ node, usesArguments }: Frame): string[] | undefined {
  if (usesArguments) return undefined;
  const names: string[] = [];
  for (const parameter of (node as FunctionNode).params) {
    if (parameter.type !== "Identifier") return undefined;
    if (parameter.name !== "this") names.push(parameter.name);
  }
  return new Set(names).size === names.length ? names : undefined;
}

/** Parameters that stand for those the generator has, and the text of all values given. */
function placeholders(
  { names }: Context,
  node: FunctionNode,
): { parameters: string[]; values: string } {
  const own = node.params.filter((one) => one.type !== "Identifier" || one.name !== "this");
  const optional = own.findIndex(
    ({ type }) => type === "AssignmentPattern" || type === "RestElement",
  );
  const required = own.slice(0, optional === -1 ? own.length : optional);
  const parameters = required.map(() => names.make("_argument"));
  if (node.type !== "ArrowFunctionExpression") return { parameters, values: "arguments" };
  const rest = names.make("_rest");
  const values = parameters.length === 0 ? rest : `[${[...parameters, `...${rest}`].join(", ")}]`;
  return { parameters: [...parameters, `...${rest}`], values };
}

const ALIASED: Record<Binding, (names: Context["names"]) => string> = {
  arguments: () => "arguments",
  "new.target": () => "new.target",
  super: (names) => {
    const [key, value] = [names.make("_key"), names.make("_value")];
    const get = `get: (_, ${key}) => super[${key}]`;
    const set = `set: (_, ${key}, ${value}) => ((super[${key}] = ${value}), true)`;
    return `new Proxy({}, { ${get}, ${set} })`;
  },
};

/** Declarations of what the generator does not share with the function around it. */
function aliasTexts(frame: Frame, { names }: Context): string {
  let text = "";
  for (const [binding, name] of frame.aliases)
    text += `const ${name} = ${ALIASED[binding](names)}; `;
  return text;
}
