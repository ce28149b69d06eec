import { spawnSync } from "node:child_process";
import { copyFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterEach, beforeEach, describe, expect, test } from "vitest";

const BIN = fileURLToPath(new URL("tsyncio.js", import.meta.url));

let folder = "";
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "tsyncio-bin-"));
  write("installed/package.json", '{ "type": "module" }');
  copyFileSync(BIN, join(folder, "installed/tsyncio.js"));
});
afterEach(() => rmSync(folder, { recursive: true }));

function write(path: string, text: string): void {
  const file = join(folder, path);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, text);
}

/** Installs a command below a folder that prints its arguments and exits with a code. */
function installCli(below: string, code: number): void {
  const place = join(below, "node_modules/@tsyncio/cli");
  write(join(place, "package.json"), '{ "type": "module", "exports": { "default": "./main.js" } }');
  write(
    join(place, "main.js"),
    `export function main(args) { console.log(...args); return Promise.resolve(${code}); }`,
  );
}

function start(...args: string[]) {
  return spawnSync(process.execPath, [join(folder, "installed/tsyncio.js"), ...args], {
    cwd: folder,
    encoding: "utf8",
  });
}

describe("the command tsyncio", () => {
  test("says what to install when @tsyncio/cli is nowhere", () => {
    const { status, stdout, stderr } = start("run", "program.ts");
    expect({ status, stdout, stderr }).toEqual({
      status: 2,
      stdout: "",
      stderr:
        "Cannot run tsyncio: the package @tsyncio/cli is not installed; " +
        "install it: npm install --save-dev @tsyncio/cli\n",
    });
  });

  test.each([
    ["beside the program", "project"],
    ["in the working folder", "."],
    ["beside the package", "installed"],
  ])("starts @tsyncio/cli %s and passes on its exit code", (_name, below) => {
    installCli(below, 7);
    const { status, stdout } = start("run", "project/program.ts", "--flag");
    expect({ status, stdout }).toEqual({ status: 7, stdout: "run project/program.ts --flag\n" });
  });

  test("prefers the one beside the program", () => {
    installCli("installed", 1);
    installCli("project", 7);
    expect(start("run", "project/program.ts").status).toBe(7);
  });
});
