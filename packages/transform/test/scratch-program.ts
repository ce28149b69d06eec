import { spawn } from "node:child_process";
import { mkdir, mkdtemp, realpath, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

/** What a program left behind. */
export interface Outcome {
  readonly status: number | null;
  readonly output: string;
  readonly errors: string;
}

const PACKAGES = fileURLToPath(new URL("../..", import.meta.url));

/** A folder of its own in which `tsyncio` and `@tsyncio/transform` are installed as they were built. */
export class ScratchProgram {
  readonly folder: string;

  private constructor(folder: string) {
    this.folder = folder;
  }

  /** Makes the folder and writes files into it. */
  static async create(files: Readonly<Record<string, string>> = {}): Promise<ScratchProgram> {
    // Node shows real paths.
    const folder = await realpath(await mkdtemp(join(tmpdir(), "tsyncio-transform-")));
    const project = new ScratchProgram(folder);
    await mkdir(join(folder, "node_modules/@tsyncio"), { recursive: true });
    await symlink(join(PACKAGES, "tsyncio"), join(folder, "node_modules/tsyncio"), "junction");
    const transform = join(folder, "node_modules/@tsyncio/transform");
    await symlink(join(PACKAGES, "transform"), transform, "junction");
    await project.write(files);
    return project;
  }

  /** Writes files, by their paths below the folder. */
  async write(files: Readonly<Record<string, string>>): Promise<void> {
    for (const [path, text] of Object.entries(files)) {
      await mkdir(dirname(join(this.folder, path)), { recursive: true });
      await writeFile(join(this.folder, path), text);
    }
  }

  /** Runs Node in the folder with the hook. */
  async run(...args: string[]): Promise<Outcome> {
    return await this.node("--import", "@tsyncio/transform/register", ...args);
  }

  /** Runs Node in the folder. */
  async node(...args: string[]): Promise<Outcome> {
    const env = { ...process.env, NO_COLOR: "1", FORCE_COLOR: undefined, NODE_OPTIONS: undefined };
    const child = spawn(process.execPath, args, { cwd: this.folder, env });
    let [output, errors] = ["", ""];
    child.stdout.setEncoding("utf8").on("data", (text: string) => {
      output += text;
    });
    child.stderr.setEncoding("utf8").on("data", (text: string) => {
      errors += text;
    });
    const status = await new Promise<number | null>((resolve, reject) => {
      child.on("error", reject).on("close", resolve);
    });
    return { status, output, errors };
  }

  /** Removes the folder. */
  async remove(): Promise<void> {
    await rm(this.folder, { recursive: true, force: true });
  }
}
