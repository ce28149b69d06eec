/** The bin `tsyncio` of the runtime package, which only finds this package. */

import { spawnSync } from "node:child_process";
import { copyFileSync, mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, test } from "vitest";

const scratch = realpathSync(mkdtempSync(join(tmpdir(), "tsyncio-bin-")));
const bin = join(scratch, "tsyncio.mjs");

beforeAll(() => {
  copyFileSync(fileURLToPath(new URL("../../tsyncio/bin/tsyncio.js", import.meta.url)), bin);
});
afterAll(() => rmSync(scratch, { recursive: true, force: true }));

/** Makes a folder with a command of its own, which prints its arguments and ends with a code. */
function folderWithCommand(name: string, code: number): string {
  const folder = join(scratch, name, "node_modules/@tsyncio/cli");
  mkdirSync(folder, { recursive: true });
  const manifest = { name: "@tsyncio/cli", type: "module", exports: "./index.js" };
  writeFileSync(join(folder, "package.json"), JSON.stringify(manifest));
  const text = `export async function main(args) { console.log("${name}", ...args); return ${code}; }`;
  writeFileSync(join(folder, "index.js"), text);
  return join(scratch, name);
}

function tsyncio(cwd: string, ...args: readonly string[]) {
  const { status, stdout, stderr } = spawnSync(process.execPath, [bin, ...args], {
    cwd,
    encoding: "utf8",
  });
  return { status, stdout, stderr };
}

describe("the bin tsyncio", () => {
  test("says how to install the command where there is none", () => {
    const { status, stdout, stderr } = tsyncio(scratch, "run", "main.ts");
    expect([status, stdout]).toEqual([2, ""]);
    expect(stderr).toContain("npm install --save-dev @tsyncio/cli");
  });

  test("takes the command of the program's folder before that of the working folder", () => {
    const near = folderWithCommand("near", 0);
    const far = folderWithCommand("far", 3);
    const file = join(far, "main.ts");
    expect(tsyncio(near, "run", file)).toEqual({
      status: 3,
      stdout: `far run ${file}\n`,
      stderr: "",
    });
    expect(tsyncio(near, "repl")).toEqual({ status: 0, stdout: "near repl\n", stderr: "" });
  });
});
