/**
 * Modules that define jobs for `@tsyncio/workers`. Workers load them, so in a bundle each has to be a file of its own,
 * without the program around it. Bundlers of Rollup's kind do that for a module that is emitted as a chunk; the package
 * is told by the form of the first argument that it was.
 */

const DEFINITION = /\bdefineJobs\(\s*import\.meta\.url\s*,/;

/** What is asked of the bundler. */
interface Emitter {
  readonly emitFile?: (file: never) => unknown;
}

/** The text of a module; one that defines jobs becomes a file of its own. */
export function withOwnFile(context: Emitter, code: string, id: string): string {
  if (!DEFINITION.test(code)) return code;
  context.emitFile?.({ type: "chunk", id, preserveSignature: "allow-extension" } as never);
  return code.replace(DEFINITION, "defineJobs({ url: import.meta.url },");
}

/** For a module in which nothing else was changed. */
export function changed(before: string, code: string): { code: string; map: null } | undefined {
  return before === code ? undefined : { code, map: null };
}
