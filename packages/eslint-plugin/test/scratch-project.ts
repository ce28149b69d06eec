import { execFile } from "node:child_process";
import { cp, mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

/** What a program left behind. */
export interface Outcome {
  readonly status: number;
  readonly output: string;
  readonly errors: string;
}

const PACKAGE = fileURLToPath(new URL("..", import.meta.url));
const require = createRequire(import.meta.url);

/**
 * A folder of its own with the plugin installed in it, compiled from the present sources: what a user's project is.
 * The linters run as programs in it.
 */
export class ScratchProject {
  readonly #folder: string;

  private constructor(folder: string) {
    this.#folder = folder;
  }

  /** Makes the folder and installs the plugin. */
  static async create(): Promise<ScratchProject> {
    const project = new ScratchProject(await mkdtemp(join(tmpdir(), "eslint-plugin-tsyncio-")));
    const installed = join(project.#folder, "node_modules/eslint-plugin-tsyncio");
    await mkdir(installed, { recursive: true });
    await cp(join(PACKAGE, "package.json"), join(installed, "package.json"));
    const { status, output } = await project.run("typescript", "tsc", [
      ...["-p", join(PACKAGE, "tsconfig.build.json"), "--outDir", join(installed, "dist")],
      ...["--tsBuildInfoFile", join(project.#folder, ".tsbuildinfo")],
    ]);
    if (status !== 0) throw new Error(`Cannot compile the plugin: ${output}`);
    await project.write({ "package.json": '{ "type": "module" }' });
    return project;
  }

  /** Writes files, given by their names. */
  async write(files: Readonly<Record<string, string>>): Promise<void> {
    for (const [name, text] of Object.entries(files)) {
      await mkdir(dirname(join(this.#folder, name)), { recursive: true });
      await writeFile(join(this.#folder, name), text);
    }
  }

  /** Reads a file. */
  read(name: string): Promise<string> {
    return readFile(join(this.#folder, name), "utf8");
  }

  /** Runs a program of an installed package in the folder. */
  async run(packageName: string, program: string, options: string[]): Promise<Outcome> {
    const manifest = require.resolve(`${packageName}/package.json`);
    const { bin } = JSON.parse(await readFile(manifest, "utf8")) as { bin: Record<string, string> };
    const script = join(dirname(manifest), bin[program] ?? program);
    return await new Promise((resolve, reject) => {
      const run = { cwd: this.#folder, maxBuffer: 2 ** 26 };
      execFile(process.execPath, [script, ...options], run, (error, output, errors) => {
        if (error !== null && typeof error.code !== "number") reject(error);
        else resolve({ status: Number(error?.code ?? 0), output, errors });
      });
    });
  }

  /** Removes the folder. */
  async remove(): Promise<void> {
    await rm(this.#folder, { recursive: true, force: true });
  }
}
