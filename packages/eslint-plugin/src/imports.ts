import { CLASSES, FUNCTIONS, isTsyncio } from "./api.js";
import type { Node } from "./syntax.js";
import { stringOf } from "./tree.js";
import type { Value } from "./value.js";

/**
 * What an import brings in. The default export counts as the module itself, which is what CommonJS interop makes of
 * it; a name that the tables do not list has no value here.
 */

/** The value of a name that tsyncio exports. */
export function exportedValue(name: string | undefined): Value | undefined {
  if (name === undefined) return undefined;
  if (name === "default") return { kind: "module" };
  if (FUNCTIONS.has(name)) return { kind: "api-function", name, result: FUNCTIONS.get(name) };
  return CLASSES.has(name) ? { kind: "api-class", name } : undefined;
}

/** The value that the specifier of an import declaration binds. */
export function importedValue(specifier: Node): Value | undefined {
  switch (specifier.type) {
    case "ImportSpecifier":
      return isFromTsyncio(specifier)
        ? exportedValue(
            specifier.imported.type === "Identifier"
              ? specifier.imported.name
              : stringOf(specifier.imported),
          )
        : undefined;
    case "ImportDefaultSpecifier":
    case "ImportNamespaceSpecifier":
      return isFromTsyncio(specifier) ? { kind: "module" } : undefined;
    case "TSImportEqualsDeclaration": {
      const { moduleReference } = specifier;
      return moduleReference.type === "TSExternalModuleReference" &&
        isTsyncio(stringOf(moduleReference.expression))
        ? { kind: "module" }
        : undefined;
    }
    default:
      return undefined;
  }
}

function isFromTsyncio(specifier: Node): boolean {
  const declaration = specifier.parent;
  return declaration?.type === "ImportDeclaration" && isTsyncio(stringOf(declaration.source));
}
