import type { ResolveHookContext } from "node:module";
import { pathToFileURL } from "node:url";
import { RUNTIME } from "../lowering/entry.js";
import { programPath } from "./program-files.js";
import { fileFor, urlFor } from "./specifiers.js";

/** What to ask Node for instead of `specifier`: a URL, or for `require` a path. */
export function specifierFor(specifier: string, context: ResolveHookContext): string {
  const { conditions, parentURL } = context;
  // The file a program starts with has no parent.
  const parent = parentURL === undefined ? undefined : programPath(parentURL);
  if (parentURL !== undefined && parent === undefined) return specifier;
  const find = conditions.includes("require") ? fileFor : urlFor;
  return find(specifier, parent) ?? specifier;
}

/** Where to look for the runtime when the file that was lowered does not find it: a program need not depend on it. */
export function fallbackParents(specifier: string, error: unknown): string[] {
  const { code } = error as { code?: string };
  if (specifier !== RUNTIME || !/^(?:ERR_)?MODULE_NOT_FOUND$/.test(code ?? "")) return [];
  const [, main] = process.argv;
  return [...(main === undefined ? [] : [pathToFileURL(main).href]), import.meta.url];
}
