import type { Evaluator } from "./evaluator.js";
import type { Fix, Fixer, SourceCode } from "./rule.js";
import type { ImportDeclaration, Node } from "./syntax.js";
import { stringOf } from "./tree.js";

/** How the file can call `createTask`: the expression to call, and the edits that make it known, if any are needed. */
export interface TaskStarter {
  readonly callee: string;
  imports(fixer: Fixer): Fix[];
}

/**
 * Finds a way to call `createTask` at the node: the name the file imported it under, the module's namespace, or one
 * more name in an import that is there. Undefined when there is none, or when another `createTask` is in the way.
 */
export function findTaskStarter(
  node: Node,
  sourceCode: SourceCode,
  evaluator: Evaluator,
): TaskStarter | undefined {
  const declarations = sourceCode.ast.body.filter(isValueImport);
  for (const specifier of declarations.flatMap(({ specifiers }) => specifiers)) {
    const local = localName(specifier);
    if (local === undefined || evaluator.visible(local, node)?.defs[0]?.node !== specifier)
      continue;
    if (specifier.type !== "ImportSpecifier") {
      return { callee: `${local}.createTask`, imports: () => [] };
    }
    if (importedName(specifier.imported) === "createTask" && specifier.importKind !== "type") {
      return { callee: local, imports: () => [] };
    }
  }
  const last = declarations
    .map(({ specifiers }) => specifiers.at(-1))
    .find((specifier) => specifier?.type === "ImportSpecifier");
  if (last === undefined || evaluator.visible("createTask", node) !== undefined) return undefined;
  return {
    callee: "createTask",
    imports: (fixer) => [fixer.insertTextAfter(last, ", createTask")],
  };
}

function isValueImport(statement: Node): statement is ImportDeclaration {
  return (
    statement.type === "ImportDeclaration" &&
    statement.importKind !== "type" &&
    stringOf(statement.source) === "tsyncio"
  );
}

function localName(specifier: Node): string | undefined {
  const { local } = specifier as Node & { readonly local?: Node };
  return local?.type === "Identifier" ? local.name : undefined;
}

function importedName(imported: Node): string | undefined {
  return imported.type === "Identifier" ? imported.name : stringOf(imported);
}
