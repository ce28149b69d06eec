/**
 * The grammar of the command line, and its help. Options of `run` may stand before the file or right
 * behind it; from the first other argument on, or from `--` on, everything is the program's own.
 */

import { readFileSync } from "node:fs";
import { Command, CommanderError, Option } from "commander";
import { BadCall } from "./bad-call.js";
import { isProgramName } from "./program-name.js";
import { addWorkerCommand, type WorkerCall } from "./worker/worker-call.js";

/** How a program is to be run. */
export interface RunSettings {
  readonly debug: boolean;
  readonly virtual: boolean;
  /** Draw the tasks when the program has ended, or at the bottom of the screen while it runs. */
  readonly timeline: "after" | "live" | undefined;
  /** The file for the trace. */
  readonly trace: string | undefined;
  readonly watch: boolean;
}

/** `tsyncio run`. */
export interface RunCall {
  readonly command: "run";
  readonly file: string;
  /** The program's own. */
  readonly args: readonly string[];
  readonly settings: RunSettings;
}

/** `tsyncio repl`. */
export interface ReplCall {
  readonly command: "repl";
  readonly debug: boolean;
}

/** What the arguments ask for; `none` when it has been done, as with `--help`. */
export type Call = RunCall | ReplCall | WorkerCall | { readonly command: "none" };

const LIVE = "timeline=live";

/**
 * Reads the arguments; prints the help or the version where they ask for that.
 * @throws {BadCall} when they make no sense.
 */
export function readCommandLine(args: readonly string[]): Call {
  let call: Call = { command: "none" };
  const program = makeProgram((made) => {
    call = made;
  });
  try {
    program.parse(args.length === 0 ? ["repl"] : args, { from: "user" });
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    if (error.exitCode !== 0) throw new BadCall(faultOf(error, args));
  }
  return call;
}

function makeProgram(onCall: (call: Call) => void): Command {
  const program = silent(new Command("tsyncio"))
    .description("Runs TypeScript programs on the event loop of tsyncio.")
    .usage("[command] [options]")
    .version(version(), "-v, --version", "print the version")
    .helpOption("-h, --help", "print this help")
    .helpCommand("help [command]", "print the help of a command")
    .enablePositionalOptions()
    .addHelpText("after", EXAMPLES);
  const run = program
    .command("run")
    .description("Run a program.")
    .usage("[options] FILE [args]")
    .argument("<file>", "the program: .ts .mts .cts .tsx .js .mjs .cjs")
    .argument("[args...]", "what the program finds in process.argv")
    .passThroughOptions()
    .helpOption("-h, --help", "print this help")
    .addHelpText("after", RUN_EXAMPLES);
  addRunOptions(run);
  run.action((file: string, rest: string[]) => {
    const args = takeOptions(run, file, rest);
    onCall({ command: "run", file, args, settings: settingsOf(run.opts()) });
  });
  addWorkerCommand(program, onCall);
  program
    .command("repl")
    .description("Try things out at a prompt; also what tsyncio does without a command.")
    .option("--debug", "run the loop in debug mode")
    .helpOption("-h, --help", "print this help")
    .addHelpText("after", REPL_EXAMPLES)
    .action((options: { debug?: true }) => {
      onCall({ command: "repl", debug: options.debug === true });
    });
  return program;
}

function addRunOptions(command: Command): Command {
  return command
    .option("--debug", "debug mode: slow steps, tasks nobody looks after, places of creation")
    .option("--virtual", "virtual time: an hour of sleeping takes no time")
    .option("--timeline", "when the program has ended, draw what its tasks did")
    .addOption(new Option(`--${LIVE}`, "draw it at the bottom of the screen while it runs"))
    .option("--trace <file>", "write a trace for Perfetto or Chrome's DevTools")
    .option("--watch", "start again when a file of the program changes");
}

function settingsOf(options: Readonly<Record<string, unknown>>): RunSettings {
  const { debug, virtual, timeline, trace, watch } = options;
  if (typeof trace === "string") checkTrace(trace);
  return {
    debug: debug === true,
    virtual: virtual === true,
    timeline: options[LIVE] === true ? "live" : timeline === true ? "after" : undefined,
    trace: trace as string | undefined,
    watch: watch === true,
  };
}

/** What can only be a slip: the next option, or a program that the trace would replace. */
function checkTrace(trace: string): void {
  const isOption = trace.startsWith("-");
  if (!isOption && !isProgramName(trace)) return;
  throw new BadCall(
    isOption
      ? `Cannot start tsyncio run: --trace needs a file, and ${trace} is an option`
      : `Cannot write a trace to ${trace}: that is the name of a program; name a file that ends in .json`,
  );
}

/** Takes the options of `run` that stand right behind the file; what is left is the program's. */
function takeOptions(run: Command, file: string, rest: readonly string[]): string[] {
  const { operands, unknown } = run.parseOptions([...rest]);
  const [flag] = unknown;
  const meant = flag === undefined ? undefined : similarOption(flag);
  if (meant !== undefined) {
    throw new BadCall(
      `Cannot run ${file}: unknown option ${flag}; did you mean ${meant}? ` +
        `An option of the program's own stands behind --`,
    );
  }
  return [...operands, ...unknown];
}

/** The option of `run` of which `flag` looks like a slip: it begins with the same letter. */
function similarOption(flag: string): string | undefined {
  try {
    addRunOptions(silent(new Command().helpOption(false))).parse([flag], { from: "user" });
  } catch (error) {
    const meant = suggestionIn((error as Error).message);
    return meant?.[2] === flag[2] ? meant : undefined;
  }
  return undefined;
}

/** Throws instead of ending the process, and leaves the errors to be printed by others. */
function silent(command: Command): Command {
  return command
    .exitOverride()
    .configureOutput({ writeOut: print, writeErr: () => {}, outputError: () => {} });
}

/** Who reads the help may have read enough. */
function print(text: string): void {
  process.stdout.on("error", () => {}).write(text);
}

function suggestionIn(message: string): string | undefined {
  return /\(Did you mean (?:one of )?([^,?]+)/.exec(message)?.[1];
}

/** One line: what is wrong, and what to do. */
function faultOf(error: CommanderError, args: readonly string[]): string {
  const [first = ""] = error.message.replace(/^error: /, "").split("\n");
  const what = first.replace(/'([^']*)'/g, "$1").replace(/\.$/, "");
  if (error.code === "commander.help") {
    return `Cannot start tsyncio help: unknown command ${args[1]}; see tsyncio --help`;
  }
  const [name = ""] = args;
  const command = ["run", "repl", "worker"].includes(name) ? `tsyncio ${name}` : "tsyncio";
  const meant = suggestionIn(error.message);
  if (meant !== undefined) return `Cannot start ${command}: ${what}; did you mean ${meant}?`;
  if (error.code === "commander.unknownCommand" && /[./\\]/.test(args[0] ?? "")) {
    return `Cannot start tsyncio: ${what}; did you mean tsyncio run ${args[0]}?`;
  }
  return `Cannot start ${command}: ${what}; see ${command} --help`;
}

function version(): string {
  const manifest = readFileSync(new URL("../package.json", import.meta.url), "utf8");
  return (JSON.parse(manifest) as { version: string }).version;
}

const EXAMPLES = `
Examples:
  tsyncio run main.ts              run a program, its arguments behind the file
  tsyncio run main.ts --timeline   ... and draw what its tasks did
  tsyncio                          try things out at a prompt
  tsyncio run --help               the options of a command`;

const RUN_EXAMPLES = `
A program is written with async and await or with function* and yield*; nothing needs to be set up.

Examples:
  tsyncio run main.ts a b                 process.argv holds a and b
  tsyncio run main.ts -- --debug          ... and an option that tsyncio has as well
  tsyncio run --virtual main.ts           the program's hours in milliseconds
  tsyncio run main.ts --timeline=live     watch the tasks while they run
  tsyncio run main.ts --trace trace.json  for https://ui.perfetto.dev
  tsyncio run --watch main.ts             start again at each change

Exit codes: 0, or what the program says; 1 after an error; 2 for a bad call; 130 after Ctrl-C.
A second Ctrl-C ends a program that does not listen to the first; then it may be 137.`;

const REPL_EXAMPLES = `
All names of tsyncio are there, and asyncio for the module itself. Tasks go on while one types;
Ctrl-C cancels what the last line started, Ctrl-D leaves.

Examples:
  > await asyncio.sleep(1, "a second later")
  > async function tick() { for (;;) { console.log("tick"); await sleep(1); } }
  > const task = createTask(tick())
  > task.cancel()
  > yield* gather(sleep(1, "a"), sleep(2, "b"))`;
