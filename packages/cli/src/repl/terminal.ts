/**
 * The console at a terminal, on Node's own: its line editing, history and multi-line inputs, with
 * the evaluation, the completion and the printing of this package.
 */

import { Console } from "node:console";
import { clearScreenDown, cursorTo, moveCursor } from "node:readline";
import { type REPLServer, Recoverable, start } from "node:repl";
import { Writable } from "node:stream";
import type { Compiled } from "./compile-input.js";
import { complete } from "./completion.js";
import { Gate } from "./gate.js";
import { historyFile } from "./history-file.js";
import { Incomplete } from "./rewrite-input.js";
import type { Outcome } from "./session.js";
import type { Workbench } from "./workbench.js";

/** Talks to the user until they leave. Resolves with 0 then. */
export async function converse(workbench: Workbench): Promise<number> {
  const gate = new Gate(process.stdin);
  const { stdout } = process;
  const colors = stdout.hasColors();
  const isBusy = { value: false };
  stdout.write("await and yield* work here, and all names of tsyncio are there. Ctrl-D leaves.\n");
  const server = start({
    prompt: "> ",
    input: gate,
    output: stdout,
    terminal: true,
    useColors: colors,
    useGlobal: true,
    ignoreUndefined: true,
    preview: false,
    completer: complete,
    writer: (value) => workbench.printer.inspect(value, colors),
    eval: (source, _context, _file, done) => {
      let input: Compiled;
      try {
        input = workbench.compiler.compile(source);
      } catch (fault) {
        if (fault instanceof Incomplete) done(new Recoverable(fault), undefined);
        else {
          stdout.write(`${(fault as Error).stack}\n`);
          done(null, undefined);
        }
        return;
      }
      isBusy.value = true;
      gate.shut();
      // What an input gives may be something to be awaited, and must not be here.
      void evaluate(workbench, input).then((outcome) => {
        const text = printed(workbench, outcome, colors);
        if (text !== undefined) stdout.write(`${text}\n`);
        isBusy.value = false;
        done(null, outcome.kind === "value" ? outcome.value : undefined);
        gate.open();
      });
    },
  });
  globalThis.console = consoleAround(server, isBusy);
  // Of callbacks that are no input's; the console goes on.
  process.on("uncaughtException", (error) => {
    console.error(`Uncaught ${workbench.printer.inspect(error, colors)}`);
  });
  const history = historyFile();
  if (history !== undefined) server.setupHistory(history, () => {});
  return new Promise((resolve) => {
    server.on("exit", () => {
      // What comes now is printed below, without a prompt.
      isBusy.value = true;
      gate.shut();
      resolve(0);
    });
  });
}

/** Runs an input; the process is kept alive for so long. */
async function evaluate({ session, watchdog }: Workbench, input: Compiled): Promise<Outcome> {
  const alive = setInterval(() => {}, 0x7fffffff);
  const outcome = await session.evaluate(input);
  clearInterval(alive);
  // A Ctrl-C was meant for this input.
  watchdog.forget();
  return outcome;
}

/** What is printed of an outcome here; values are printed by Node. */
function printed({ printer }: Workbench, outcome: Outcome, colors: boolean): string | undefined {
  return outcome.kind === "value" ? undefined : printer.show(outcome, colors);
}

/** A console whose lines appear above the prompt and what has been typed so far. */
function consoleAround(server: REPLServer, isBusy: { readonly value: boolean }): Console {
  const { stdout } = process;
  const around = (stream: NodeJS.WriteStream): Writable => {
    const writable = new Writable({
      decodeStrings: false,
      write(text: string | Buffer, _encoding, done) {
        if (isBusy.value) stream.write(text);
        else {
          moveCursor(stdout, 0, -server.getCursorPos().rows);
          cursorTo(stdout, 0);
          clearScreenDown(stdout);
          stream.write(text);
          server.prompt(true);
        }
        // At once: what is printed next must not come after the value.
        done();
      },
    });
    return Object.assign(writable, { isTTY: true, getColorDepth: () => stdout.getColorDepth() });
  };
  return new Console({ stdout: around(process.stdout), stderr: around(process.stderr) });
}
