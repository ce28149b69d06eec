import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { type Browser, chromium } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { transform } from "../src/index.js";
import { BUNDLERS, bundle } from "./bundles.js";
import { ScratchProgram } from "./scratch-program.js";

const WORK = `import { sleep } from "tsyncio";

export class Shop {
  #sold = 0;

  async sell(count: number): Promise<number> {
    await sleep(0.001);
    this.#sold += count;
    if (this.#sold > 5) throw new Error("sold out");
    return this.#sold;
  }
}

export async function* numbers(n: number): AsyncGenerator<number> {
  for (let i = 0; i < n; i++) yield i;
}
`;
const MAIN = `import { createTask, run } from "tsyncio";
import { native } from "dependency";
import { numbers, Shop } from "./work";

async function main(): Promise<string> {
  const log: unknown[] = [native];
  const shop = new Shop();
  const lazy = shop.sell(1);
  const task = createTask(shop.sell(2));
  for await (const n of numbers(2)) log.push(n);
  log.push(await task, await lazy);
  try {
    await shop.sell(3);
  } catch (error) {
    log.push((error as Error).stack?.split("\\n").at(-1)?.trim());
  }
  return log.join(" ");
}

const result: Promise<string> = run(main());
async function clicked(): Promise<string> {
  return "clicked " + (await new Shop().sell(4));
}
Object.assign(globalThis, { result, clicked });
if (typeof document === "undefined") console.log(await result);
`;
const DEPENDENCY = "export const native = (async () => {}).constructor.name;\n";
const EXPECTED = "AsyncFunction 0 1 2 3 at async main (src/main.EXT:13:5)";

const CHROMIUM = [
  process.env["CHROMIUM"],
  "/usr/bin/chromium",
  "/usr/bin/chromium-browser",
  "/usr/bin/google-chrome",
];
const executablePath = CHROMIUM.find((path) => path !== undefined && existsSync(path));

let project: ScratchProgram;
let browser: Browser | undefined;

beforeAll(async () => {
  const plain = (code: string) =>
    transform(`"no tsyncio";\n${code}`, { filename: "a.ts", types: "strip" }).code;
  project = await ScratchProgram.create({
    "package.json": '{ "name": "shop", "type": "module" }',
    "src/main.ts": MAIN,
    "src/work.ts": WORK,
    "plain/main.js": plain(MAIN).replace(/^.*\n/, "").replace("./work", "./work.js"),
    "plain/work.js": plain(WORK).replace(/^.*\n/, ""),
    "node_modules/dependency/package.json":
      '{ "name": "dependency", "type": "module", "exports": "./index.js" }',
    "node_modules/dependency/index.js": DEPENDENCY,
  });
});

afterAll(async () => {
  await browser?.close();
  await project.remove();
});

describe("the plugin", () => {
  it.each(BUNDLERS)("the plugin builds a program with %s that runs in Node", async (bundler) => {
    const isPlain = bundler === "rollup" || bundler === "webpack";
    const entry = isPlain ? "plain/main.js" : "src/main.ts";
    const file = await bundle(bundler, {
      folder: project.folder,
      entry,
      platform: "node",
      options: { root: project.folder },
    });
    const { output, errors } = await project.node(file);
    const expected = isPlain
      ? expect.stringMatching(/^AsyncFunction 0 1 2 3 at async main \(plain\/main.js:\d+:\d+\)\n$/)
      : `${EXPECTED.replace("EXT", "ts")}\n`;
    expect({ errors, output }).toEqual({ errors: "", output: expected });
  });

  it.each(["vite", "esbuild"] as const)(
    "the plugin's maps let stacks of a %s bundle show TypeScript",
    async (bundler) => {
      const program = {
        "src/throws.ts":
          "import { run } from 'tsyncio';\n\nexport async function thrower(x: string): Promise<void> {\n  throw new Error(x);\n}\nawait run(thrower('e')).catch((error: Error) => console.log(error.stack));\n",
      };
      await project.write(program);
      const file = await bundle(bundler, {
        folder: project.folder,
        entry: "src/throws.ts",
        platform: "node",
        options: { root: project.folder },
      });
      const { output } = await project.node("--enable-source-maps", file);
      expect(output.split("\n")[1]).toBe(
        `    at thrower (${join(project.folder, "src/throws.ts")}:4:9)`,
      );
    },
  );

  it("the plugin transforms what include and exclude leave", async () => {
    const options = { root: project.folder, include: [/main/, "work"], exclude: "work" };
    const file = await bundle("rolldown", {
      folder: project.folder,
      entry: "src/main.ts",
      platform: "node",
      options,
    });
    const text = await readFile(join(project.folder, file), "utf8");
    expect(text).toContain("async sell(");
    expect(text).not.toContain("async function main");
  });

  it.each(BUNDLERS)("the plugin says to %s where a syntax error is", async (bundler) => {
    await project.write({ "src/broken.js": "const a = 1;\nconst b = = 2;\n" });
    const building = bundle(bundler, {
      folder: project.folder,
      entry: "src/broken.js",
      platform: "node",
    });
    await expect(building).rejects.toThrow(/Unexpected token/);
  });

  it.runIf(executablePath !== undefined).each(["vite", "esbuild"] as const)(
    "the plugin builds a program with %s that runs in Chromium",
    async (bundler) => {
      browser ??= await chromium.launch({
        args: ["--no-sandbox"],
        executablePath: executablePath as string,
      });
      const file = await bundle(bundler, {
        folder: project.folder,
        entry: "src/main.ts",
        platform: "browser",
        options: { root: project.folder },
      });
      const page = await browser.newPage();
      await page.setContent('<button onclick="out = clicked()">sell</button>');
      await page.addScriptTag({
        type: "module",
        content: await readFile(join(project.folder, file), "utf8"),
      });
      await page.waitForFunction("'result' in globalThis");
      expect(await page.evaluate("result")).toBe(EXPECTED.replace("EXT", "ts"));
      await page.click("button");
      expect(await page.evaluate("Promise.resolve(out)")).toBe("clicked 4");
      await page.close();
    },
  );
});
