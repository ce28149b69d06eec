/**
 * Takes part in finding modules, for `import` and `require` alike. Since Node 22.15 one hook in this
 * thread does; before, `import` needs one in a thread of its own, and `require` a function of Node's
 * loader that many tools replace.
 */

import Module, { register } from "node:module";

/** What Node tells a resolve hook. */
export interface ResolveContext {
  readonly parentURL?: string | undefined;
}

/** What a resolve hook gives. */
export interface Resolved {
  readonly url: string;
  readonly shortCircuit?: boolean;
}

/** A resolve hook in this thread. */
export type Resolve = (
  specifier: string,
  context: ResolveContext,
  next: (specifier: string, context: ResolveContext) => Resolved,
) => Resolved;

/** A resolve hook in a thread of its own. */
export type ResolveInThread = (
  specifier: string,
  context: ResolveContext,
  next: (specifier: string, context: ResolveContext) => Promise<Resolved>,
) => Promise<Resolved>;

/** The same hook in its three forms. */
export interface ResolutionHook {
  readonly resolve: Resolve;
  /** The URL of a module whose `resolve` is a `ResolveInThread`. */
  readonly inThread: string;
  /** For that module's `initialize`. */
  readonly data?: unknown;
  /** For `require`: the file that `request` leads to. */
  readonly require: (request: string, next: () => string) => string;
}

/** The parts of Node's module system that its types do not have. */
interface Loader {
  registerHooks?: (hooks: { resolve: Resolve }) => void;
  _resolveFilename: (request: string, ...rest: unknown[]) => string;
}

/** Lets the hook take part in the finding of all modules from now on. */
export function hookResolution(hook: ResolutionHook): void {
  const loader = Module as unknown as Loader;
  if (loader.registerHooks !== undefined) {
    loader.registerHooks({ resolve: hook.resolve });
    return;
  }
  register(hook.inThread, { data: hook.data });
  const original = loader._resolveFilename;
  loader._resolveFilename = (request, ...rest) => {
    return hook.require(request, () => original(request, ...rest));
  };
}
