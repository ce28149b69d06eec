/**
 * Hooks Node's loaders, once per thread. With `module.registerHooks` one pair of hooks serves `import` and `require`;
 * older versions need a thread for the former and a patch for the latter.
 */

import type {
  LoadFnOutput,
  LoadHookContext,
  ResolveFnOutput,
  ResolveHookContext,
} from "node:module";
import * as nodeModule from "node:module";
import { hookRequire } from "./commonjs.js";
import { loadFile } from "./load-lazily.js";
import { programPath } from "./program-files.js";
import { fallbackParents, specifierFor } from "./resolve.js";

/** `module.registerHooks`, which the types of the oldest supported Node do not know. */
interface SyncHooks {
  resolve(
    specifier: string,
    context: ResolveHookContext,
    next: (specifier: string, context?: Partial<ResolveHookContext>) => ResolveFnOutput,
  ): ResolveFnOutput;
  load(
    url: string,
    context: LoadHookContext,
    next: (url: string, context?: Partial<LoadHookContext>) => LoadFnOutput,
  ): LoadFnOutput;
}
const { registerHooks } = nodeModule as { registerHooks?: (hooks: SyncHooks) => void };

const REGISTERED = Symbol.for("tsyncio.transform.registered");

/** Transforms the files of the program that are loaded from now on, and shows their lines in stacks. */
export function registerTransform(): void {
  const thread = globalThis as { [REGISTERED]?: string };
  if (thread[REGISTERED] !== undefined) return;
  // What a worker of the program imports first, to be as this thread is.
  thread[REGISTERED] = new URL("../register.js", import.meta.url).href;
  if (registerHooks === undefined) {
    nodeModule.register("./loader.js", import.meta.url);
    hookRequire();
  } else {
    registerHooks(HOOKS);
  }
  process.setSourceMapsEnabled(true);
}

const HOOKS: SyncHooks = {
  resolve(specifier, context, next) {
    const wanted = specifierFor(specifier, context);
    try {
      return next(wanted, context);
    } catch (error) {
      for (const parentURL of fallbackParents(wanted, error)) {
        try {
          return next(wanted, { ...context, parentURL });
        } catch {
          // The next place, or the first error.
        }
      }
      throw error;
    }
  },
  load(url, context, next) {
    const path = programPath(url);
    if (path === undefined) return next(url, context);
    const { code, format } = loadFile(path);
    return { format, source: code, shortCircuit: true };
  },
};
