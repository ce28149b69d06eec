/** Programs with jobs for `@tsyncio/workers`, bundled with all they import, run where nothing is installed. */
import { rename, symlink } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import * as rolldown from "rolldown";
import * as vite from "vite";
import { afterEach, beforeEach, expect, test } from "vitest";
import { bundle } from "./bundles.js";
import * as plugins from "./plugins.js";
import { ScratchProgram } from "./scratch-program.js";

const JOBS = `import { defineJobs } from "@tsyncio/workers";
import { sleep } from "tsyncio";

export const jobs = defineJobs(import.meta.url, {
  double(n: number): number {
    return 2 * n;
  },
  async rest(text: string): Promise<string> {
    await sleep(0.001);
    return text;
  },
});
`;
const MAIN = `import { ProcessPoolExecutor, ThreadPoolExecutor } from "@tsyncio/workers";
import { asyncWith, run, toThread } from "tsyncio";
import { jobs } from "./jobs";

console.log("the program begins");
await run(function* main() {
  for (const pool of [new ThreadPoolExecutor({ size: 1 }), new ProcessPoolExecutor({ size: 1 })]) {
    yield* asyncWith(pool, function* () {
      console.log(yield* pool.submit(jobs.double, 21), yield* pool.submit(jobs.rest, "rested"));
    });
  }
  console.log(yield* toThread(jobs.double, 4));
});
`;
const OUTPUT = "the program begins\n42 rested\n42 rested\n8\n";

let program: ScratchProgram;
beforeEach(async () => {
  program = await ScratchProgram.create({
    "package.json": '{ "private": true, "type": "module" }',
    "src/jobs.ts": JOBS,
    "src/main.ts": MAIN,
  });
  const workers = fileURLToPath(new URL("../../workers", import.meta.url));
  await symlink(workers, join(program.folder, "node_modules/@tsyncio/workers"), "junction");
});
afterEach(() => program.remove());

const builds: Record<string, (folder: string) => Promise<unknown>> = {
  vite: (folder) =>
    vite.build({
      root: folder,
      configFile: false,
      logLevel: "silent",
      plugins: [plugins.vite()],
      ssr: { noExternal: true },
      build: { ssr: "src/main.ts", minify: false },
    }),
  rolldown: async (folder) => {
    const bundle = await rolldown.rolldown({
      input: "src/main.ts",
      cwd: folder,
      platform: "node",
      plugins: [plugins.rolldown()],
    });
    await bundle.write({ dir: join(folder, "dist") });
    await bundle.close();
  },
};

test.each(Object.keys(builds))("%s makes a file of its own of a jobs module", async (bundler) => {
  const { folder } = program;
  await builds[bundler]?.(folder);
  for (const name of ["node_modules", "src"])
    await rename(join(folder, name), join(folder, `_${name}`));
  expect(await program.node("dist/main.js")).toEqual({ status: 0, output: OUTPUT, errors: "" });
});

test.each([
  ["esbuild", /each worker would run all that is in it/],
  ["webpack", /workers would look for file:.*main.jobs\.js, which is not part of it/],
  ["rspack", /workers would look for file:.*main.jobs\.js, which is not part of it/],
] as const)(
  "a bundle of one file by %s refuses jobs before the program begins",
  async (bundler, why) => {
    const { folder } = program;
    await program.write({
      "main/main.js": MAIN.replace("./jobs", "./jobs.js"),
      "main/jobs.js": JOBS.replace(/: (?:number|string|Promise<string>)/g, ""),
    });
    const file = await bundle(bundler, { folder, entry: "main/main.js", platform: "node" });
    const { errors, output, status } = await program.node(file);
    expect({ output, status }).toEqual({ output: "", status: 1 });
    expect(errors).toMatch(/ERR_JOBS_IN_BUNDLE/);
    expect(errors).toMatch(why);
  },
);
