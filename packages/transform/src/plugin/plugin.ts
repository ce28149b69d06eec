/**
 * The plugin for bundlers. It runs before all others and touches nothing but `async` functions, so that types, JSX and
 * decorators are compiled as the project is set up to compile them.
 */
import { isAbsolute, relative } from "node:path";
import { createUnplugin, type UnpluginBuildContext, type UnpluginContext } from "unplugin";
import { isOfProgram } from "../node/program-files.js";
import { transform } from "../output/transform.js";
import { languageOf } from "../syntax/language.js";
import { SourceError } from "../syntax/source-error.js";
import { changed, withOwnFile } from "./jobs-modules.js";

/** A name, a pattern, or several of them; a name matches what contains it. */
export type Filter = string | RegExp | readonly (string | RegExp)[];

/** Settings of the plugin. */
export interface PluginOptions {
  /** Only files whose path matches. Default: all of the program. */
  readonly include?: Filter | undefined;
  /** No files whose path matches. */
  readonly exclude?: Filter | undefined;
  /** The folder to which the paths in stacks and reports are relative. Default: the working directory. */
  readonly root?: string | undefined;
}

const PROGRAM = /\.(?:[cm]?[jt]s|[jt]sx)(?:$|\?)/;

/** The plugin, for every bundler that unplugin knows. */
export const plugin = createUnplugin((options: PluginOptions | undefined, { framework }) => {
  let emitsChunks = framework === "rollup" || framework === "rolldown";
  return {
    name: "tsyncio",
    enforce: "pre",
    transform: {
      filter: { id: { include: PROGRAM, exclude: [/[\\/]node_modules[\\/]/, /\0/] } },
      handler(code, id) {
        const ready = emitsChunks ? withOwnFile(this, code, id) : code;
        return transformModule(this, ready, id, options ?? {}) ?? changed(code, ready);
      },
    },
    vite: {
      config: (_config, { command }) => {
        emitsChunks = command === "build";
        return { optimizeDeps: { include: ["tsyncio", "tsyncio/coroutine"] } };
      },
    },
  };
});

function transformModule(
  context: UnpluginBuildContext & UnpluginContext,
  code: string,
  id: string,
  { include, exclude, root = process.cwd() }: PluginOptions,
): { code: string; map: string } | undefined {
  const path = id.replace(/\?.*$/s, "");
  if (!isOfProgram(path)) return undefined;
  if (include !== undefined && !matches(path, include)) return undefined;
  if (exclude !== undefined && matches(path, exclude)) return undefined;
  try {
    const result = transform(code, {
      filename: path,
      file: shownPath(path, root),
      // A part of another file, such as a component's script, ends with its own extension.
      language: languageOf(path) ?? languageOf(id),
    });
    return result.map === undefined ? undefined : { code: result.code, map: result.map };
  } catch (error) {
    if (!(error instanceof SourceError)) throw error;
    const { message, stack = message, file, line, column } = error;
    return context.error({ message, stack, loc: { file, line, column } }) as never;
  }
}

function matches(path: string, filter: Filter): boolean {
  const patterns = typeof filter === "string" || filter instanceof RegExp ? [filter] : filter;
  return patterns.some((one) => (typeof one === "string" ? path.includes(one) : one.test(path)));
}

/** The path from the root, which says nothing about the machine; others as they are. */
function shownPath(path: string, root: string): string {
  const short = relative(root, path);
  return short.startsWith("..") || isAbsolute(short) ? path : short.replaceAll("\\", "/");
}
