import { afterEach, describe, expect, it } from "vitest";
import { type Outcome, ScratchProgram } from "./scratch-program.js";

let project: ScratchProgram | undefined;

afterEach(async () => {
  await project?.remove();
  project = undefined;
});

/** Runs `file` of a program in a folder of its own. */
async function run(
  files: Record<string, string>,
  file: string,
  ...args: string[]
): Promise<Outcome> {
  project = await ScratchProgram.create(files);
  return await project.run(...args, file);
}

const WORK = `
import { sleep } from "tsyncio";
export async function work(name: string): Promise<string> {
  console.log(name, "begins");
  await sleep(0);
  return name;
}
`;
const LAZY = 'const kept = work("kept"); console.log("called"); await kept;';

describe("--import @tsyncio/transform/register", () => {
  it("register runs a program of TypeScript modules", async () => {
    const { output, errors, status } = await run(
      {
        "work.ts": WORK,
        "main.ts": `import { run } from "tsyncio"; import { work } from "./work.js";
          async function main(): Promise<void> { ${LAZY} }
          await run(main());`,
      },
      "main.ts",
    );
    expect({ output, errors, status }).toEqual({
      output: "called\nkept begins\n",
      errors: "",
      status: 0,
    });
  });

  it("register starts the file that was named, and imports a source before what was compiled from it", async () => {
    project = await ScratchProgram.create({
      "main.js": 'console.log("compiled");',
      "main.ts": 'console.log("source");',
      "imports.js": 'import "./main.js";',
    });
    const outputs = [];
    for (const file of ["main.js", "./main.js", "main.ts", "imports.js"]) {
      outputs.push((await project.run(file)).output);
    }
    expect(outputs).toEqual(["compiled\n", "compiled\n", "source\n", "source\n"]);
  });

  it("register runs programs of every extension", async () => {
    const module = (name: string) =>
      `import { run } from "tsyncio"; const main = async () => { ${LAZY} }; import { work } from ${JSON.stringify(name)}; await run(main);`;
    const plain = WORK.replaceAll(": string", "").replace(": Promise<string>", "");
    project = await ScratchProgram.create({
      "a.mts": WORK,
      "main.mts": module("./a.mjs"),
      "b.tsx": `${WORK} export const view = (x: string) => <p onClick={async () => { await work(x); }}>{x}</p>;`,
      "main.tsx": module("./b.js"),
      "c.mjs": plain,
      "main.mjs": module("./c.mjs"),
      "d.js": plain,
      "main.js": module("./d"),
      "e/index.ts": WORK,
      "main.ts": module("./e"),
      "node_modules/react/package.json":
        '{ "name": "react", "exports": { "./jsx-runtime": "./jsx-runtime.js" } }',
      "node_modules/react/jsx-runtime.js": "exports.jsx = (type, props) => ({ type, props });",
    });
    for (const file of ["main.mts", "main.tsx", "main.mjs", "main.js", "main.ts"]) {
      const { output, errors } = await project.run(file);
      expect({ file, output, errors }).toEqual({
        file,
        output: "called\nkept begins\n",
        errors: "",
      });
    }
  });

  it("register runs programs of CommonJS, and each kind loads the other", async () => {
    const { output, errors } = await run(
      {
        "main.cts": `import { run } from "tsyncio"; import helper = require("./helper.cjs"); import { twice } from "./esm";
          async function main() { console.log(await twice(await helper.add(1, 2)), require.main === module, helper.count); }
          run(main());`,
        "helper.cts":
          "export let count: number = 1; export async function add(a: number, b: number) { return a + b; }",
        "esm.ts": `import { add, count } from "./helper.cjs"; import old from "./old.js";
          export async function twice(n: number) { return old.double(await add(n, count - 1)); }`,
        "old.ts":
          "const { run } = require('tsyncio'); async function double(n: number) { return await n * 2; } module.exports = { double, run };",
      },
      "main.cts",
    );
    expect({ output, errors }).toEqual({ output: "6 true 1\n", errors: "" });
  });

  it("register takes import, export and top-level await for a module in a CommonJS package", async () => {
    project = await ScratchProgram.create({
      "package.json": '{ "type": "commonjs" }',
      "a.ts": "export const url: string = import.meta.url;",
      "b.ts": "await Promise.resolve(); console.log(typeof module);",
      "c.js": "import { url } from './a.js'; console.log(url.startsWith('file:'), typeof module);",
      "d.ts": "console.log(typeof module);",
      "module/package.json": '{ "type": "module" }',
      "module/d.ts": "console.log(typeof module);",
    });
    const outputs = [];
    for (const file of ["b.ts", "c.js", "d.ts", "module/d.ts"]) {
      outputs.push((await project.run(file)).output.trim());
    }
    expect(outputs).toEqual(["undefined", "true undefined", "object", "undefined"]);
  });

  it("register transforms modules that are imported dynamically, and in worker threads", async () => {
    const { output } = await run(
      {
        "work.ts": WORK,
        "main.ts": `import { run } from "tsyncio"; import { isMainThread, Worker } from "node:worker_threads";
          async function main() { const { work } = await import("./work.ts"); ${LAZY} }
          await run(main());
          if (isMainThread) new Worker(new URL(import.meta.url));`,
      },
      "main.ts",
    );
    expect(output).toBe("called\nkept begins\ncalled\nkept begins\n");
  });

  it("register prefers the source to what was compiled from it", async () => {
    const { output } = await run(
      {
        "a.ts": "export const from: string = 'source';",
        "a.js": "export const from = 'compiled';",
        "main.ts": "import { from } from './a.js'; console.log(from);",
      },
      "main.ts",
    );
    expect(output).toBe("source\n");
  });

  it("register leaves packages, other files and marked files alone", async () => {
    const kind = "export const isNative = (async () => {}).constructor.name === 'AsyncFunction';";
    const { output, errors } = await run(
      {
        "node_modules/dependency/package.json": '{ "type": "module", "exports": "./index.js" }',
        "node_modules/dependency/index.js": kind,
        "marked.ts": `"no tsyncio";\n${kind} export const typed: number = 1;`,
        "own.ts": kind,
        "data.json": '{ "x": 1 }',
        "main.ts": `import * as dependency from "dependency"; import * as marked from "./marked"; import * as own from "./own";
          import data from "./data.json" with { type: "json" }; import { readFile } from "node:fs/promises";
          console.log(dependency.isNative, marked.isNative, marked.typed, own.isNative, data.x, typeof readFile);`,
      },
      "main.ts",
    );
    expect({ output, errors }).toMatchObject({ output: "true true 1 false 1 function\n" });
  });

  it("register compiles decorators, enums, namespaces, using and import = require", async () => {
    const { output, errors } = await run(
      {
        "main.ts": `import { run } from "tsyncio"; import fs = require("node:fs");
          (Symbol as any).dispose ??= Symbol.for("Symbol.dispose");
          enum Level { High = 2 } namespace N { export const x = 1; }
          const seen: string[] = [];
          function dec(value: Function, { name }: { name: string | symbol }) { seen.push(String(name)); return value as never; }
          class A { @dec async m(): Promise<number> { using r = { [Symbol.dispose]() { seen.push("disposed"); } }; return await Level.High; } }
          console.log(await run(new A().m()), N.x, seen.join(), typeof fs.readFileSync);`,
      },
      "main.ts",
    );
    expect({ output, errors }).toEqual({ output: "2 1 m,disposed function\n", errors: "" });
  });

  it("register keeps to what tsconfig.json says of decorators, fields and JSX", async () => {
    const { output, errors } = await run(
      {
        "tsconfig.json":
          '{ /* base */ "extends": ["./base.json", "shared/strict"], "compilerOptions": { "experimentalDecorators": true, }, }',
        "base.json":
          '{ "compilerOptions": { "jsx": "react-jsx", "jsxImportSource": "tiny", "target": "ES2020" } } // end',
        "node_modules/shared/strict.json": '{ "compilerOptions": { "strict": true } }',
        "node_modules/tiny/package.json":
          '{ "name": "tiny", "type": "module", "exports": { "./jsx-runtime": "./jsx.js" } }',
        "node_modules/tiny/jsx.js":
          "export const jsx = (type, { children }) => '<' + type + '>' + children;",
        "main.tsx": `import { run } from "tsyncio";
          const seen: unknown[] = [];
          function dec(target: object, key: string, descriptor: PropertyDescriptor) { seen.push(key, typeof descriptor.value); }
          class Base { set x(v: number) { seen.push("set " + v); } }
          class A extends Base { x = 1; @dec async m() { return await 2; } }
          console.log(await run(new A().m()), seen.join(), <p>text</p>);`,
      },
      "main.tsx",
    );
    expect({ output, errors }).toEqual({ output: "2 m,function,set 1 <p>text\n", errors: "" });
  });

  it("stacks name the functions and lines of the TypeScript file, three coroutines deep", async () => {
    const { output } = await run(
      {
        "main.ts": `import { run, sleep } from "tsyncio";

interface Options { readonly depth: number }

class Store<T> {
  async load(options: Options): Promise<T> {
    await sleep(0);
    throw new Error("no item at " + options.depth);
  }
}

async function middle(store: Store<number>): Promise<number> {
  const value: number = await store.load({ depth: 3 });
  return value + 1;
}

const outer = async (): Promise<void> => {
  await middle(new Store());
};

async function main() {
  await outer();
}

await run(main()).catch((error: Error) => console.log(error.stack));
`,
      },
      "main.ts",
    );
    const path = `${project?.folder}/main.ts`;
    const lines = output.split("\n");
    expect(lines.slice(0, 2)).toEqual(["Error: no item at 3", `    at Store.load (${path}:8:11)`]);
    expect(lines.slice(-4)).toEqual([
      `    at async middle (${path}:13:25)`,
      `    at async outer (${path}:18:3)`,
      `    at async main (${path}:22:3)`,
      "",
    ]);
  });

  it("a syntax error is shown with its file and line", async () => {
    const files = {
      "main.ts": "import './broken.ts';",
      "broken.ts": "const a: number = 1;\nconst b = = 2;\n",
    };
    const { status, errors } = await run(files, "main.ts");
    expect(status).toBe(1);
    expect(errors).toContain(
      `${project?.folder}/broken.ts:2:11\nconst b = = 2;\n          ^\n\nSyntaxError: Unexpected token`,
    );
  });

  it("a syntax error in what is required is shown with its file and line", async () => {
    const files = { "main.cts": "require('./broken.cjs');", "broken.cjs": "\n  return return;\n" };
    const { status, errors } = await run(files, "main.cts");
    expect(status).toBe(1);
    expect(errors).toContain(`${project?.folder}/broken.cjs:2:10\n  return return;\n         ^`);
  });

  it("a missing module is reported under the name it was imported by", async () => {
    const { status, errors } = await run({ "main.ts": "import './absent.js';" }, "main.ts");
    expect(status).toBe(1);
    expect(errors).toContain("ERR_MODULE_NOT_FOUND");
    expect(errors).toContain("absent.js");
  });

  it("a program without tsyncio of its own runs on the transform's", async () => {
    project = await ScratchProgram.create({
      "main.ts": "const f = async () => 1; console.log(await f());",
    });
    const { rm } = await import("node:fs/promises");
    await rm(`${project.folder}/node_modules/tsyncio`);
    const { output, errors } = await project.run("main.ts");
    expect({ output, errors }).toEqual({ output: "1\n", errors: "" });
  });
});
