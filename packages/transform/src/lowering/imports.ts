/**
 * Which names of a file stand for something of tsyncio: what it imports, requires or loads from `tsyncio`,
 * `tsyncio/…` and `@tsyncio/…`.
 */
import type { Program } from "oxc-parser";
import { forEachChild, type Node, unwrap } from "../syntax/node.js";
import { RUNTIME } from "./entry.js";

const OURS = /^(?:@tsyncio\/[^/]+|tsyncio)(?:$|\/)/;

/** The names that imports of tsyncio bind anywhere in `program`. */
export function namesOfTsyncio(program: Program): Set<string> {
  const names = new Set<string>();
  for (const statement of program.body) addImportEquals(statement);
  visit(program);
  return names;

  function visit(node: Node): void {
    switch (node.type) {
      case "ImportDeclaration":
        if (!OURS.test(node.source.value)) return;
        for (const { local } of node.specifiers) names.add(local.name);
        return;
      case "VariableDeclarator":
        if (node.init !== null && loadsTsyncio(node.init)) addNames(node.id, names);
        break;
      default:
    }
    forEachChild(node, visit);
  }

  function addImportEquals(statement: Node): void {
    if (statement.type !== "TSImportEqualsDeclaration") return;
    const { moduleReference } = statement;
    if (moduleReference.type !== "TSExternalModuleReference") return;
    if (OURS.test(moduleReference.expression.value)) names.add(statement.id.name);
  }
}

/** `require("tsyncio")`, `await import("tsyncio")`. */
function loadsTsyncio(init: Node): boolean {
  const value = unwrap(init);
  if (value.type === "AwaitExpression") return loadsTsyncio(value.argument);
  if (value.type === "ImportExpression") return OURS.test(stringOf(value.source) ?? "");
  return requires(value, (name) => OURS.test(name));
}

function addNames(pattern: Node, names: Set<string>): void {
  if (pattern.type === "Identifier") names.add(pattern.name);
  if (pattern.type !== "ObjectPattern") return;
  for (const property of pattern.properties) {
    if (property.type === "Property") addNames(property.value, names);
  }
}

/** True for a call whose function comes from tsyncio: `sleep(1)`, `asyncio.run(…)`, `getRunningLoop().callSoon(…)`. */
export function isCallOfTsyncio(callee: Node, names: ReadonlySet<string>): boolean {
  const node = unwrap(callee);
  switch (node.type) {
    case "Identifier":
      return names.has(node.name);
    case "MemberExpression":
      return isCallOfTsyncio(node.object, names);
    case "CallExpression":
    case "NewExpression":
      return isCallOfTsyncio(node.callee, names);
    case "ChainExpression":
      return isCallOfTsyncio(node.expression, names);
    case "AwaitExpression":
      return isCallOfTsyncio(node.argument, names);
    default:
      return false;
  }
}

/** What only lowered code imports. */
const LOWERED_ONLY = new Set(["at", "describeFunction", "discard"]);

/** True for a file that was lowered before. */
export function isLowered(program: Program): boolean {
  return program.body.some((statement) => {
    if (statement.type === "ImportDeclaration") {
      if (statement.source.value !== RUNTIME) return false;
      return statement.specifiers.some(
        (one) =>
          one.type === "ImportSpecifier" &&
          one.imported.type === "Identifier" &&
          LOWERED_ONLY.has(one.imported.name),
      );
    }
    if (statement.type !== "VariableDeclaration") return false;
    return statement.declarations.some(({ id, init }) => {
      if (id.type !== "ObjectPattern" || !requires(init, (name) => name === RUNTIME)) return false;
      return id.properties.some(
        (one) =>
          one.type === "Property" &&
          one.key.type === "Identifier" &&
          LOWERED_ONLY.has(one.key.name),
      );
    });
  });
}

function requires(node: Node | null, isWanted: (name: string) => boolean): boolean {
  if (node?.type !== "CallExpression") return false;
  const { callee } = node;
  if (callee.type !== "Identifier" || callee.name !== "require") return false;
  const name = stringOf(node.arguments[0]);
  return name !== undefined && isWanted(name);
}

function stringOf(node: Node | undefined): string | undefined {
  return node?.type === "Literal" && typeof node.value === "string" ? node.value : undefined;
}
