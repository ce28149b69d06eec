/** What the columns run on, and which of them this machine cannot run. */
import { execFile } from "node:child_process";
import { readFile } from "node:fs/promises";
import { cpus } from "node:os";
import { promisify } from "node:util";

const execute = promisify(execFile);

/**
 * @typedef {object} Platforms
 * @property {Readonly<Record<"asyncio" | "uvloop", string>>} python the interpreter of each column
 * @property {ReadonlySet<import("./benchmark.js").ColumnName>} found the Python columns that can run
 * @property {string[]} lines versions, and what is missing
 */

/** @param {import("./options.js").Options} options @returns {Promise<Platforms>} */
export async function probePlatforms(options) {
  const python = { asyncio: options.python, uvloop: options.uvloopPython };
  /** @type {Set<import("./benchmark.js").ColumnName>} */
  const found = new Set();
  const lines = [await nodeLine(options.node), await packagesLine()];
  const asyncio = await output(python.asyncio, [
    "-c",
    "import platform; print('CPython', platform.python_version())",
  ]);
  if (asyncio === undefined) {
    lines.push(`asyncio: missing, ${python.asyncio} does not run (\`--python PATH\`)`);
  } else {
    found.add("asyncio");
    lines.push(`asyncio: ${asyncio}`);
  }
  const uvloop = await output(python.uvloop, [
    "-c",
    "import platform, uvloop; print(uvloop.__version__, 'on CPython', platform.python_version())",
  ]);
  if (uvloop === undefined) {
    lines.push(`uvloop: missing in ${python.uvloop}; on Debian: apt-get install python3-uvloop`);
  } else {
    found.add("uvloop");
    lines.push(`uvloop: ${uvloop}`);
  }
  return { python, found, lines };
}

/** @param {string} node */
async function nodeLine(node) {
  const version = await output(node, ["--version"]);
  if (version === undefined) throw new Error(`Cannot run ${node}: give --node the path of a Node`);
  const processors = cpus();
  return `Node ${version}, ${processors.length} x ${processors[0]?.model ?? "unknown processor"}`;
}

async function packagesLine() {
  const versions = await Promise.all(
    ["effect", "effection", "@hono/node-server", "piscina", "tinypool", "workerpool"].map(
      async (name) => {
        const entry = import.meta.resolve(name);
        const root = entry.slice(0, entry.lastIndexOf(`/${name}/`) + name.length + 2);
        const { version } = JSON.parse(await readFile(new URL("package.json", root), "utf8"));
        return `${name} ${version}`;
      },
    ),
  );
  return versions.join(", ");
}

/** @param {string} file @param {string[]} args @returns {Promise<string | undefined>} */
async function output(file, args) {
  try {
    const { stdout } = await execute(file, args);
    return stdout.trim();
  } catch {
    return undefined;
  }
}
