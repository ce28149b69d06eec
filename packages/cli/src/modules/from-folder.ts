/** Imports modules as if from a file in some folder: for code that is in no file. */

import { hookResolution, type ResolveInThread } from "./hook-resolution.js";

const PREFIX = "tsyncio-from-folder:";

/** The URL of a file in the folder, whether there is one or not. */
let parentURL = "";

/** For the hook's thread. */
export function initialize(data: string): void {
  parentURL = data;
}

/** A function that imports what a specifier means in the folder of `file`, a URL. */
export function importerFrom(file: string): (specifier: string) => Promise<unknown> {
  parentURL = file;
  hookResolution({
    resolve(specifier, context, next) {
      if (!specifier.startsWith(PREFIX)) return next(specifier, context);
      return next(specifier.slice(PREFIX.length), { ...context, parentURL });
    },
    inThread: import.meta.url,
    data: file,
    require: (_request, next) => next(),
  });
  return (specifier) => import(`${PREFIX}${specifier}`);
}

/** The hook in a thread of its own. */
export const resolve: ResolveInThread = async (specifier, context, next) => {
  if (!specifier.startsWith(PREFIX)) return next(specifier, context);
  return next(specifier.slice(PREFIX.length), { ...context, parentURL });
};
