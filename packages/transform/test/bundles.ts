/**
 * Builds one program with each bundler, as a user's build would: into `dist/<bundler>.mjs` of its folder.
 */
import { join } from "node:path";
import { rspack } from "@rspack/core";
import * as esbuild from "esbuild";
import * as rolldown from "rolldown";
import * as rollup from "rollup";
import * as vite from "vite";
import webpack from "webpack";
import type { PluginOptions } from "../src/plugin/plugin.js";
import * as plugins from "./plugins.js";

export const BUNDLERS = ["vite", "esbuild", "rolldown", "rollup", "webpack", "rspack"] as const;
/** A bundler that has a plugin. */
export type Bundler = (typeof BUNDLERS)[number];

/** What is built, and for what. */
export interface Build {
  readonly folder: string;
  /** The file it begins with. */
  readonly entry: string;
  readonly platform: "node" | "browser";
  readonly options?: PluginOptions;
}

type Run = (build: Build, output: string) => Promise<unknown>;

const RUNS: Record<Bundler, Run> = {
  vite: ({ folder, entry, platform, options }, output) =>
    vite.build({
      root: folder,
      configFile: false,
      logLevel: "silent",
      plugins: [plugins.vite(options)],
      ssr: { noExternal: true },
      build: {
        ...(platform === "node" ? { ssr: entry } : {}),
        outDir: "dist",
        emptyOutDir: false,
        sourcemap: true,
        minify: false,
        rollupOptions: { input: join(folder, entry), output: { entryFileNames: output } },
      },
    }),
  esbuild: ({ folder, entry, platform, options }, output) =>
    esbuild.build({
      absWorkingDir: folder,
      entryPoints: [entry],
      outfile: `dist/${output}`,
      bundle: true,
      format: "esm",
      platform,
      sourcemap: true,
      logLevel: "silent",
      plugins: [plugins.esbuild(options)],
    }),
  rolldown: async ({ folder, entry, platform, options }, output) => {
    const bundle = await rolldown.rolldown({
      input: entry,
      cwd: folder,
      platform,
      plugins: [plugins.rolldown(options)],
    });
    await bundle.write({ file: join(folder, "dist", output), sourcemap: true });
    await bundle.close();
  },
  // Knows neither TypeScript nor packages by itself.
  rollup: async ({ folder, entry, options }, output) => {
    const bundle = await rollup.rollup({
      input: join(folder, entry),
      external: /^(?:tsyncio|dependency)/,
      plugins: [plugins.rollup(options)],
    });
    await bundle.write({ file: join(folder, "dist", output), sourcemap: true });
    await bundle.close();
  },
  webpack: (build, output) => {
    const { folder, entry, platform, options } = build;
    const compiler = webpack({
      context: folder,
      entry: `./${entry}`,
      mode: "development",
      devtool: "source-map",
      target: platform === "node" ? "node20" : "web",
      experiments: { outputModule: true },
      output: { path: join(folder, "dist"), filename: output, module: true },
      plugins: [plugins.webpack(options)],
    });
    return finished(compiler);
  },
  rspack: ({ folder, entry, platform, options }, output) => {
    const compiler = rspack({
      context: folder,
      entry: `./${entry}`,
      mode: "development",
      devtool: "source-map",
      target: platform === "node" ? "node20" : "web",
      output: { path: join(folder, "dist"), filename: output, module: true },
      resolve: { extensions: ["...", ".ts"] },
      module: {
        rules: [
          {
            test: /\.ts$/,
            type: "javascript/auto",
            loader: "builtin:swc-loader",
            options: { jsc: { parser: { syntax: "typescript" }, target: "es2022" } },
          },
        ],
      },
      plugins: [plugins.rspack(options)],
    });
    return finished(compiler);
  },
};

/** Builds; returns the path of the bundle in the folder. */
export async function bundle(bundler: Bundler, build: Build): Promise<string> {
  const output = `${bundler}.mjs`;
  await RUNS[bundler](build, output);
  return `dist/${output}`;
}

interface Compiler {
  run(
    done: (error: Error | null, stats?: { hasErrors(): boolean; toString(): string }) => void,
  ): void;
  close(done: () => void): void;
}

/** Runs webpack or Rspack to their end. */
function finished(compiler: unknown): Promise<void> {
  const { promise, resolve, reject } = withResolvers();
  const running = compiler as Compiler;
  running.run((error, stats) => {
    running.close(() => {
      if (error) reject(error);
      else if (stats?.hasErrors()) reject(new Error(stats.toString()));
      else resolve();
    });
  });
  return promise;
}

function withResolvers() {
  let resolve!: () => void;
  let reject!: (error: Error) => void;
  const promise = new Promise<void>((yes, no) => {
    resolve = yes;
    reject = no;
  });
  return { promise, resolve, reject };
}
