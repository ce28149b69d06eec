/** `tsyncio repl`, with pipes and at a terminal. */

import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { Command, type Ending } from "./command.js";

const state = mkdtempSync(join(tmpdir(), "tsyncio-repl-"));
afterAll(() => rmSync(state, { recursive: true, force: true }));

/** What is printed for some inputs. */
function evaluate(...lines: readonly string[]): Promise<Ending> {
  const repl = new Command(["repl"]);
  repl.type(`${lines.join("\n")}\n`);
  repl.endInput();
  return repl.ended;
}

describe.concurrent("tsyncio repl, piped", () => {
  test("prints the values of expressions, awaited ones in both styles", async () => {
    expect(
      await evaluate(
        "1 + 1",
        "undefined",
        'await asyncio.sleep("1ms", "awaited")',
        'yield* sleep("1ms", "yielded")',
        "await gather(sleep(0, 1), sleep(0, 2))",
        "{ a: 1 }",
        "_.a",
      ),
    ).toMatchObject({
      code: 0,
      output: "2\n'awaited'\n'yielded'\n[ 1, 2 ]\n{ a: 1 }\n1\n",
      errors: "",
    });
  });

  test("keeps what is declared at the top, with types, and lets it be declared again", async () => {
    const { code, output, errors } = await evaluate(
      "const a: number = 1, { b, c: [d = 4] } = { b: 2, c: [] as number[] };",
      "let e: string;",
      "async function f(x: number) {",
      '  await sleep("1ms");',
      "  return x * 2;",
      "}",
      "function* g() { return yield* f(b) }",
      "class P { readonly p = a }",
      "enum E { Zero, One }",
      'import { basename as base } from "node:path"',
      "[a, b, d, e, await f(21), new P().p, E.One, base('/x/y')]",
      "yield* g()",
      "const a = 'again'; a",
      "(await import('node:os')).EOL",
    );
    expect([code, errors]).toEqual([0, ""]);
    expect(output).toBe("[ 1, 2, 4, undefined, 42, 1, 1, 'y' ]\n4\n'again'\n'\\n'\n");
  });

  test("names what is assigned, and takes what has no name for an expression", async () => {
    const { code, output, errors } = await evaluate(
      "x = 5",
      "[y, { z = x }] = [6, {}]; x + y + z",
      "({ w } = { w: 7 }); w",
      "async () => 5",
      "function () {}",
      "class {}",
      "typeof missing",
    );
    expect([code, errors]).toEqual([0, ""]);
    expect(output).toBe(
      "5\n16\n7\n[Function (anonymous)]\n[Function (anonymous)]\n[class (anonymous)]\n'undefined'\n",
    );
  });

  test("shows errors that are values, and those that nobody awaits, with the lines that were typed", async () => {
    const { output, errors } = await evaluate(
      "async function fails() { await sleep(0); throw new Error('kept') }",
      "const task = createTask(fails())",
      "await sleep('5ms'); task.exception()",
      "createTask(fails()); await sleep('5ms')",
      "await sleep('5ms', 'on')",
    );
    expect(output).toBe("Error: kept\n    at fails (REPL1:1)\n'on'\n");
    expect(errors).toMatch(
      /^Task .* exception was never retrieved *\n *Error: kept\n {4}at fails \(REPL1:1\)\n$/,
    );
  });

  test("an error that a callback throws ends it with 1", async () => {
    const ending = await evaluate(
      "setTimeout(() => { throw new RangeError('late') }, 1)",
      "await sleep('1h')",
    );
    expect(ending.code).toBe(1);
    expect(ending.errors).toContain("Uncaught RangeError: late");
  });

  test("ends quietly when nobody reads what it prints", async () => {
    const repl = new Command(["repl"]);
    repl.closeOutput();
    repl.type("'x'.repeat(1000)\n".repeat(100));
    const { errors } = await repl.ended;
    expect(errors).toBe("");
  });

  test("shows an error with the lines that were typed, goes on, and ends with 1", async () => {
    const { code, output, errors } = await evaluate(
      "async function deep() { await sleep(0); throw new RangeError('too deep') }",
      "async function outer() {",
      "  await deep();",
      "}",
      "await outer()",
      "1 +* 2",
      "'still here'",
    );
    expect([code, output]).toEqual([1, "'still here'\n"]);
    expect(errors).toBe(`Uncaught RangeError: too deep
    at deep (REPL1:1)
    at async outer (REPL2:2)
    at async REPL3:1
1 +* 2
   ^

SyntaxError: Unexpected token
`);
  });

  test("lets tasks go on while inputs come, and cancels them at the end", async () => {
    const { output } = await evaluate(
      "async function work() { try { await sleep(0); console.log('worked'); await sleep('1h') } finally { console.log('cleaned up') } }",
      "const task = createTask(work());",
      "await sleep('5ms'); task.done()",
      "[1, 2].forEach(async (n) => { await sleep(0); console.log('background', n) })",
      "await sleep('5ms')",
    );
    expect(output).toBe("worked\nfalse\nbackground 1\nbackground 2\ncleaned up\n");
  });

  test("says that the last input is not complete", async () => {
    const { code, errors } = await evaluate("async function f() {", "  await g(");
    expect([code, errors]).toEqual([1, "Cannot run the last input: it is not complete\n"]);
  });

  test("--debug runs the loop in debug mode", async () => {
    const repl = new Command(["repl", "--debug"]);
    repl.type("getRunningLoop().debug\n");
    repl.endInput();
    expect(await repl.ended).toMatchObject({ code: 0, output: "true\n" });
  });
});

/** A console at a terminal. */
async function open(env: Readonly<Record<string, string>> = {}): Promise<Command> {
  const repl = new Command([], { terminal: true, env: { XDG_STATE_HOME: state, ...env } });
  await repl.printed(/^> /m);
  return repl;
}

describe.concurrent("tsyncio repl, at a terminal", () => {
  test("goes on with tasks while one types, above the line that is typed", async () => {
    const repl = await open();
    repl.type(
      'const t = createTask((async () => { await sleep("200ms"); console.log("news") })())\r',
    );
    repl.type("'half");
    await repl.printed(/'half[\s\S]*news\n[\s\S]*'half/);
    repl.type(" a line'.length * 1000\r");
    await repl.printed(/11000/);
    repl.type("\x04");
    expect((await repl.ended).code).toBe(0);
  });

  test("prints everything that an input prints before its value", async () => {
    const repl = await open({ NO_COLOR: "1" });
    repl.type("for (let i = 0; i < 3; i++) console.log('row', i); 'val' + 'ue'\r");
    await repl.printed(/row 0\nrow 1\nrow 2\n'value'/);
    repl.type("\x04");
    expect((await repl.ended).code).toBe(0);
  });

  test("goes on after an error that a callback throws", async () => {
    const repl = await open();
    repl.type("setTimeout(() => { throw new Error('from' + ' timer') }, 1); 0\r");
    await repl.printed(/Uncaught Error: from timer/);
    repl.type("'still ' + 'here'\r");
    await repl.printed(/'still here'/);
    repl.type("\x04");
    expect((await repl.ended).code).toBe(0);
  });

  test("prints no prompt behind what is said at the end", async () => {
    const repl = await open({ NO_COLOR: "1" });
    repl.type("process.on('exit', () => console.log('the', 'end')); 0\r");
    await repl.printed(/^0$/m);
    repl.type("\x04");
    expect((await repl.ended).output).toMatch(/\nthe end\n$/);
  });

  test("Ctrl-C cancels what runs and nothing else", async () => {
    const repl = await open();
    repl.type('const other = createTask(sleep("1h"))\r');
    repl.type(
      "try { console.log('be', 'gins'); await sleep('1h') } finally { console.log('cle', 'aned') }\r",
    );
    await repl.printed(/be gins/);
    repl.interrupt();
    await repl.printed(/cle aned\nCancelled/);
    repl.type("console.log('comp', 'utes'); while (true) {}\r");
    await repl.printed(/comp utes/);
    // The engine may lose one that comes while it prints.
    for (let lost = true, left = 5; lost && left > 0; left--) {
      repl.interrupt();
      lost = await repl.printed(/comp utes[\s\S]*Cancelled/, 2000).then(
        () => false,
        () => true,
      );
    }
    await repl.printed(/comp utes[\s\S]*Cancelled/);
    repl.type("['done', other.done()]\r");
    await repl.printed(/'done'.*false/);
    repl.type("\x04");
    expect((await repl.ended).code).toBe(0);
  });

  test("completes names and properties by Tab", async () => {
    const repl = await open();
    repl.type("getRunni");
    await repl.printed(/getRunni/);
    repl.type("\t");
    await repl.printed(/getRunningLoop/);
    repl.type("().debug; asyncio.formatCall");
    await repl.printed(/formatCall/);
    repl.type("\t");
    await repl.printed(/formatCallGraph/);
    repl.type(".name\r");
    await repl.printed(/'formatCallGraph'/);
    repl.type("\x04");
    expect((await repl.ended).code).toBe(0);
  });

  test("evaluates pasted lines one after the other, and takes inputs of several lines", async () => {
    const repl = await open();
    repl.type(
      "await sleep('50ms', 'fi' + 'rst')\rasync function f() {\r  return 'sec' + 'ond'\r}\rawait f()\r",
    );
    await repl.printed(/'first'[\s\S]*'second'/);
    repl.type("\x04");
    expect((await repl.ended).code).toBe(0);
  });

  test("keeps the lines in the user's state directory", async () => {
    const home = join(state, "history");
    const first = await open({ XDG_STATE_HOME: home });
    first.type("'to be ' + 'remembered'\r");
    await first.printed(/'to be remembered'/);
    first.type("\x04");
    await first.ended;
    expect(readFileSync(join(home, "tsyncio", "repl_history"), "utf8")).toContain("'to be '");
    const second = await open({ XDG_STATE_HOME: home });
    second.type("\u001b[A\r");
    await second.printed(/'to be remembered'/);
    second.type("\x04");
    await second.ended;
  });

  test("has colours, and none under NO_COLOR", async () => {
    const [colored, plain] = await Promise.all([open(), open({ NO_COLOR: "1" })]);
    for (const repl of [colored, plain]) {
      repl.type("6 * 7\r");
      await repl.printed(/42/);
      repl.type("\x04");
    }
    expect((await colored.ended).output).toContain("\u001b[33m42\u001b[39m");
    expect((await plain.ended).output).not.toContain("\u001b[33m");
  });
});
