/** `tsyncio run`, as the process it is. */

import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { Command, fixture, run } from "./command.js";

const scratch = realpathSync(mkdtempSync(join(tmpdir(), "tsyncio-run-")));
afterAll(() => rmSync(scratch, { recursive: true, force: true }));

/** Writes files into a folder of their own, outside of every package. */
function folder(name: string, files: Readonly<Record<string, string>>): string {
  const path = join(scratch, name);
  for (const [file, text] of Object.entries(files)) {
    mkdirSync(join(path, file, ".."), { recursive: true });
    writeFileSync(join(path, file), text);
  }
  return path;
}

const ASYNC = `
async function main() {
  await asyncio.sleep("1ms");
  return "async";
}
asyncio.run(main()).then((text) => console.log(text));
`;
const GENERATOR = `
function* main() {
  yield* asyncio.sleep("1ms");
  return "generator";
}
asyncio.run(main()).then((text) => console.log(text));
`;
const TYPED = "interface Unused { readonly size: number }\nconst n: number = 1;\nvoid n;\n";
const IMPORT = 'import * as asyncio from "tsyncio";\n';
const REQUIRE = 'const asyncio = require("tsyncio");\n';

describe.concurrent("tsyncio run", () => {
  const kinds = [
    ["ts", IMPORT + TYPED],
    ["mts", IMPORT + TYPED],
    ["cts", IMPORT + TYPED],
    ["tsx", IMPORT + TYPED],
    ["js", IMPORT],
    ["mjs", IMPORT],
    ["cjs", REQUIRE],
  ] as const;
  for (const [extension, head] of kinds) {
    test(`runs both styles in a .${extension} file of a folder that has nothing else`, async () => {
      const cwd = folder(`kind-${extension}`, {
        [`a.${extension}`]: head + ASYNC,
        [`g.${extension}`]: head + GENERATOR,
      });
      const [a, g] = await Promise.all([
        run(["run", `a.${extension}`], { cwd }),
        run(["run", `g.${extension}`], { cwd }),
      ]);
      expect(a).toMatchObject({ code: 0, output: "async\n", errors: "" });
      expect(g).toMatchObject({ code: 0, output: "generator\n", errors: "" });
    });
  }

  test("runs a .js file without import or export as CommonJS", async () => {
    const cwd = folder("kind-required", { "a.js": REQUIRE + ASYNC });
    expect(await run(["run", "a.js"], { cwd })).toMatchObject({ code: 0, output: "async\n" });
  });

  test("runs main's leftovers to their cancellation", async () => {
    expect(await run(["run", "delay.ts"])).toMatchObject({
      code: 0,
      output: "2 -- started\n1 -- started\n1 -- finished\n",
      errors: "",
    });
  });

  test("gives the program the arguments behind its file, as Node does", async () => {
    const { output } = await run(["run", "facts.ts", "a", "--port", "80"]);
    const argv = [fixture("facts.ts"), "a", "--port", "80"];
    expect(JSON.parse(output)).toEqual({ argv, debug: false });
  });

  test("takes its own options behind the file, up to the first other argument", async () => {
    const { output } = await run(["run", "facts.ts", "--debug", "a", "--virtual"]);
    const argv = [fixture("facts.ts"), "a", "--virtual"];
    expect(JSON.parse(output)).toEqual({ argv, debug: true });
  });

  test("gives the program everything behind --", async () => {
    const { output } = await run(["run", "facts.ts", "--", "--debug", "--"]);
    expect(JSON.parse(output)).toEqual({
      argv: [fixture("facts.ts"), "--debug", "--"],
      debug: false,
    });
  });

  test("--virtual runs hours in no time, waits for real files, and keeps the clock", async () => {
    const start = performance.now();
    const ending = await run(["run", "--virtual", "hours.ts"]);
    expect(ending).toMatchObject({ code: 0, output: "3 hours\n3 hours\n", errors: "" });
    expect(performance.now() - start).toBeLessThan(10_000);
  });

  test("makes a CommonJS program the main module", async () => {
    expect(await run(["run", "main-module.cjs"])).toMatchObject({ code: 0, output: "true .\n" });
  });

  test("makes an ES module the main module where Node has a word for it", async () => {
    const cwd = folder("main-module", {
      "main.ts": "export {};\nconsole.log(import.meta.main);\n",
    });
    const { output } = await run(["run", "main.ts"], { cwd });
    const hasWord = Number.parseFloat(process.versions.node) >= 24.2;
    expect(output).toBe(hasWord ? "true\n" : "undefined\n");
  });

  test("loads nothing of the console, the watcher and the timeline for a plain run", async () => {
    expect(await run(["run", "loaded.mjs"])).toMatchObject({ code: 0, output: "[]\n" });
  });

  test("uses the runtime that the program's folder has", async () => {
    const cwd = folder("own-runtime", {
      "main.mjs": 'import { name } from "tsyncio";\nconsole.log(name);\n',
      "node_modules/tsyncio/package.json": JSON.stringify({
        name: "tsyncio",
        exports: { ".": "./index.mjs", "./coroutine": "./coroutine.mjs" },
      }),
      "node_modules/tsyncio/index.mjs": 'export const name = "the folder\'s";\n',
      "node_modules/tsyncio/coroutine.mjs": "export function configureRuns() {}\n",
    });
    const elsewhere = await run(["run", join(cwd, "main.mjs")]);
    expect(elsewhere).toMatchObject({ code: 0, output: "the folder's\n" });
  });

  test("runs the file that is named, and not the source of the same name", async () => {
    const cwd = folder("same-name", {
      "main.js": 'console.log("js");\n',
      "main.ts": 'console.log("ts");\n',
    });
    const [js, ts] = await Promise.all([
      run(["run", "main.js"], { cwd }),
      run(["run", "main.ts"], { cwd }),
    ]);
    expect([js.output, ts.output]).toEqual(["js\n", "ts\n"]);
  });

  test("leaves --help behind the file to the program", async () => {
    const { output, errors } = await run(["run", "facts.ts", "--help"]);
    expect(errors).toBe("");
    expect(JSON.parse(output)).toEqual({ argv: [fixture("facts.ts"), "--help"], debug: false });
  });

  test("runs programs in folders and under names of all kinds, through links as well", async () => {
    const cwd = folder("odd names", { "my prög%20 (1).ts": IMPORT + ASYNC });
    symlinkSync(join(cwd, "my prög%20 (1).ts"), join(cwd, "link.ts"));
    const endings = await Promise.all([
      run(["run", "my prög%20 (1).ts"], { cwd }),
      run(["run", "link.ts"], { cwd }),
    ]);
    for (const ending of endings)
      expect(ending).toMatchObject({ code: 0, output: "async\n", errors: "" });
  });

  test("keeps the exit code that the program chooses", async () => {
    const [exit, set] = await Promise.all([
      run(["run", "exits.ts", "exit", "3"]),
      run(["run", "exits.ts", "set", "4"]),
    ]);
    expect([exit.code, set.code]).toEqual([3, 4]);
  });

  test("a program that waits at its top level for nothing ends with Node's code 13", async () => {
    expect((await run(["run", "unsettled.mjs"])).code).toBe(13);
  });
});

describe.concurrent("tsyncio run, errors", () => {
  test("shows an error once, with its line and the coroutines it passed", async () => {
    const { code, output, errors } = await run(["run", "throws.ts"]);
    expect([code, output]).toEqual([1, ""]);
    const file = fixture("throws.ts");
    expect(errors).toBe(`${file}:9
  throw new TypeError("the page is empty");
        ^

TypeError: the page is empty
    at fetchPage (${file}:9:9)
    at async readTitle (${file}:13:11)
    at async main (${file}:17:15)
`);
  });

  test("--debug shows the frames of the loop as well", async () => {
    const { errors } = await run(["run", "--debug", "throws.ts"]);
    expect(errors).toMatch(
      /at fetchPage .*\n(?:.*\n)*.*Task\.step.*\n(?:.*\n)*.*at async readTitle/,
    );
  });

  test.for(["syntax-error.ts", "imports-syntax-error.ts"])(
    "%s shows the line that is no program",
    async (file) => {
      const { code, errors } = await run(["run", file]);
      expect(code).toBe(1);
      expect(errors).toBe(`${fixture("syntax-error.ts")}:3:13
const task: = asyncio.sleep(1);
            ^

SyntaxError: Unexpected token
`);
    },
  );

  const slips = [
    ["await asyncio.sleep(1);", 'import * as asyncio from "tsyncio";'],
    [
      "async function main() { await sleep(1); }\nawait main();",
      'import { sleep } from "tsyncio";',
    ],
    [
      'import asyncio from "tsyncio";\nawait asyncio.sleep(1);',
      'import * as asyncio from "tsyncio";',
    ],
    [
      'import * as asyncio from "tsyncio";\nasyncio.create_task(null);',
      "Its name here is createTask.",
    ],
  ] as const;
  for (const [program, advice] of slips) {
    test(`says what to write instead of ${program.split("\n")[0]}`, async () => {
      const cwd = folder(`slip-${slips.findIndex((slip) => slip[0] === program)}`, {
        "main.mts": program,
      });
      const { code, errors } = await run(["run", "main.mts"], { cwd });
      expect(code).toBe(1);
      expect(errors.trimEnd().split("\n").at(-1)).toContain(advice);
    });
  }

  test("gives no advice on names that are not the library's", async () => {
    const cwd = folder("no-slip", { "main.mts": "nobody();\n" });
    const { errors } = await run(["run", "main.mts"], { cwd });
    expect(errors).toMatch(/ReferenceError: nobody is not defined\n {4}at .*\n$/);
  });

  test("names the module that is missing, and who imports it", async () => {
    const { code, errors } = await run(["run", "imports-nothing.ts"]);
    expect(code).toBe(1);
    expect(errors).toContain("Cannot find module");
    expect(errors).toContain(fixture("not-there.js"));
    expect(errors).toContain(fixture("imports-nothing.ts"));
    expect(errors).not.toContain("    at ");
  });

  test("a deadlock ends the program and says who waits for whom", async () => {
    const { code, errors } = await run(["run", "deadlock.ts"]);
    expect(code).toBe(1);
    expect(errors).toContain("DeadlockError: Deadlock: nothing can run any more");
    expect(errors).toContain('Task "Task-2" -> Task "Task-3" -> Task "Task-2"');
    expect(errors).not.toContain("    at ");
  });

  test("an error that only the loop gets is reported without the loop's frames", async () => {
    const { code, errors } = await run(["run", "loses.ts"]);
    expect(code).toBe(0);
    const file = fixture("loses.ts");
    expect(errors).toMatch(/^Task "lost" exception was never retrieved *\n *Error: nobody looks\n/);
    expect(errors).toContain(`    at fails (${file}:`);
    expect(errors.match(/^ {4}at /gm)).toHaveLength(1);
  });

  test("a program that listens for uncaught errors gets them", async () => {
    const { code, output, errors } = await run(["run", "catches.mjs"]);
    expect({ code, output, errors }).toEqual({ code: 5, output: "caught late\n", errors: "" });
  });

  test("an error is coloured at a terminal, and not under NO_COLOR", async () => {
    const [colored, plain] = await Promise.all([
      run(["run", "throws-more.mjs"], { terminal: true }),
      run(["run", "throws-more.mjs"], { terminal: true, env: { NO_COLOR: "1" } }),
    ]);
    expect(colored.output).toContain("\u001b[33m404\u001b[39m");
    expect(plain.output).not.toContain("\u001b[");
    expect(plain.output).toContain("status: 404");
    expect([colored.code, plain.code]).toEqual([1, 1]);
  });
});

describe.concurrent("tsyncio run, bad calls", () => {
  const calls: readonly (readonly [string, readonly string[], string])[] = [
    ["a missing file", ["run", "not-there.ts"], "Cannot run not-there.ts: there is no such file"],
    ["a file without its extension", ["run", "delay"], "did you mean delay.ts?"],
    ["a folder", ["run", "."], "Cannot run .: it is a folder; name the file in it"],
    [
      "a file that is no program",
      ["run", "package.json"],
      "Cannot run package.json: it is no program",
    ],
    ["no file", ["run"], "Cannot start tsyncio run: missing required argument file"],
    [
      "an unknown option",
      ["run", "--virtul", "delay.ts"],
      "Cannot start tsyncio run: unknown option --virtul; did you mean --virtual?",
    ],
    [
      "an option that is like none",
      ["run", "--quickly", "delay.ts"],
      "Cannot start tsyncio run: unknown option --quickly; see tsyncio run --help",
    ],
    [
      "a slip behind the file",
      ["run", "delay.ts", "--timelin"],
      "Cannot run delay.ts: unknown option --timelin; did you mean --timeline?",
    ],
    ["--trace without a file", ["run", "--trace"], "option --trace <file> argument missing"],
    [
      "a trace in no folder",
      ["run", "delay.ts", "--trace", "not/there.json"],
      "Cannot write not/there.json: there is no folder",
    ],
    [
      "--trace with an option",
      ["run", "--trace", "--virtual", "delay.ts"],
      "--virtual is an option",
    ],
    [
      "a trace that would replace a program",
      ["run", "delay.ts", "--trace", "delay.ts"],
      "Cannot write a trace to delay.ts: that is the name of a program",
    ],
    ["a file without a name", ["run", ""], "Cannot run a file without a name"],
    ["help for an unknown command", ["help", "rum"], "unknown command rum; see tsyncio --help"],
    ["an unknown command", ["rum", "delay.ts"], "unknown command rum; did you mean run?"],
    ["a program without run", ["delay.ts"], "did you mean tsyncio run delay.ts?"],
    ["an unknown option of all", ["--fast"], "Cannot start tsyncio: unknown option --fast"],
  ];
  test.for(calls)("%s: one line and code 2", async ([_name, args, message]) => {
    const { code, output, errors } = await run(args);
    expect([code, output]).toEqual([2, ""]);
    expect(errors).toContain(message);
    expect(errors.trimEnd().split("\n")).toHaveLength(1);
  });

  test("--help shows every command with examples, and its own options for each", async () => {
    const [all, one, other, again] = await Promise.all([
      run(["--help"]),
      run(["run", "--help"]),
      run(["repl", "--help"]),
      run(["help", "run"]),
    ]);
    for (const { code, errors, output } of [all, one, other, again]) {
      expect([code, errors]).toEqual([0, ""]);
      expect(output).toContain("Examples:\n");
    }
    expect(all.output).toMatch(/^ {2}run .*^ {2}repl /ms);
    for (const option of ["debug", "virtual", "timeline", "timeline=live", "trace", "watch"]) {
      expect(one.output).toMatch(new RegExp(`^  --${option} `, "m"));
    }
    expect(again.output).toBe(one.output);
  });

  test("--help ends quietly when nobody reads it", async () => {
    const help = new Command(["--help"]);
    help.closeOutput();
    expect((await help.ended).errors).toBe("");
  });

  test("--version prints the version", async () => {
    expect(await run(["--version"])).toMatchObject({ code: 0, output: "0.1.0\n", errors: "" });
  });
});

describe.concurrent("tsyncio run, Ctrl-C", () => {
  test("the first cancels main, whose cleanup runs, and the program ends as interrupted", async () => {
    const program = new Command(["run", "waits.ts"]);
    await program.printed(/waiting/);
    program.interrupt();
    expect(await program.ended).toMatchObject({
      signal: "SIGINT",
      output: "waiting\ncleaning up\nclean\n",
      errors: "",
    });
  });

  test("a shell sees code 130", async () => {
    const program = new Command(["run", "waits.ts"], { terminal: true });
    await program.printed(/waiting/);
    program.interrupt();
    expect(await program.ended).toMatchObject({ code: 130 });
  });

  test("the second ends a program that computes and heard neither", async () => {
    const program = new Command(["run", "computes.ts"]);
    await program.printed(/computing/);
    expect(await program.interruptUntilEnd()).toMatchObject({
      signal: "SIGKILL",
      errors: "Killed: the program computes and did not hear Ctrl-C\n",
    });
  });

  test("the second ends a cleanup that computes", async () => {
    const program = new Command(["run", "waits.ts", "computing"]);
    await program.printed(/waiting/);
    program.interrupt();
    await program.printed(/cleaning up/);
    expect(await program.interruptUntilEnd()).toMatchObject({ signal: "SIGKILL" });
  });

  test("a program that listens for it hears it as often as it comes", async () => {
    const program = new Command(["run", "listens.ts"]);
    await program.printed(/listening/);
    for (const count of [1, 2, 3]) {
      program.interrupt();
      await program.printed(new RegExp(`heard ${count}`));
    }
    expect(await program.ended).toMatchObject({ code: 0, errors: "" });
  });
});
