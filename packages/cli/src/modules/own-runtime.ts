/**
 * Gives a program whose folder has no `tsyncio` the command's own, so that one file in an empty
 * folder runs. Only imports that lead nowhere are led here, from whatever file they come.
 */

import { createRequire } from "node:module";
import { pathToFileURL } from "node:url";
import { hookResolution, type ResolveInThread } from "./hook-resolution.js";

/** Lets all modules that are loaded from now on find the command's own runtime. */
export function offerOwnRuntime(): void {
  const own = createRequire(import.meta.url);
  hookResolution({
    resolve(specifier, context, next) {
      try {
        return next(specifier, context);
      } catch (error) {
        if (!isOfRuntime(specifier)) throw error;
        // Not the next hook with another parent: for require, Node does not look at that.
        return { url: pathToFileURL(own.resolve(specifier)).href, shortCircuit: true };
      }
    },
    inThread: import.meta.url,
    require(request, next) {
      try {
        return next();
      } catch (error) {
        if (!isOfRuntime(request)) throw error;
        return own.resolve(request);
      }
    },
  });
}

/** The hook in a thread of its own. */
export const resolve: ResolveInThread = async (specifier, context, next) => {
  try {
    return await next(specifier, context);
  } catch (error) {
    if (!isOfRuntime(specifier)) throw error;
    return next(specifier, { ...context, parentURL: import.meta.url });
  }
};

function isOfRuntime(specifier: string): boolean {
  return specifier === "tsyncio" || specifier.startsWith("tsyncio/");
}
