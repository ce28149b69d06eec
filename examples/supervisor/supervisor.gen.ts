/**
 * Keeps programs alive: `supervisor node server.js` starts the program again whenever it ends, after
 * a wait that grows, and gives up when it ends too often. SIGTERM and Ctrl-C stop the supervisor and
 * all that it has started. Without a command it shows itself with two programs.
 */

import { realpathSync } from "node:fs";
import * as asyncio from "tsyncio";
import {
  createSubprocessExec,
  DEVNULL,
  gracefulStop,
  PIPE,
  STDOUT,
  type StreamReader,
  SubprocessError,
} from "tsyncio/node";
import { type RestartOptions, RestartPolicy } from "./restart-policy.js";

/** A program to keep alive. */
export interface Child {
  readonly name: string;
  readonly command: readonly [program: string, ...args: string[]];
}

/** What `supervise` may be given. */
export interface SuperviseOptions extends RestartOptions {
  /** Where lines go: those of the programs, and what happens to them. */
  readonly log?: (line: string) => void;
}

/** A program has ended too often. */
export class GivenUpError extends Error {}

/**
 * Keeps all of them alive until it is cancelled. When one cannot be, the others are stopped.
 * @throws {ExceptionGroup} with a `GivenUpError`, or a `SubprocessError` for one that cannot start.
 */
export function* supervise(children: readonly Child[], options: SuperviseOptions = {}) {
  const { log = console.log } = options;
  yield* asyncio.asyncWith(new asyncio.TaskGroup(), function* (group) {
    for (const child of children) {
      group.createTask(keepAlive(child, new RestartPolicy(options), log), { name: child.name });
    }
  });
}

function* keepAlive(child: Child, policy: RestartPolicy, log: (line: string) => void) {
  const loop = asyncio.getRunningLoop();
  for (let life = 1; ; life++) {
    const born = loop.time();
    const code = yield* live(child, life, log);
    const what = code < 0 ? `by signal ${-code}` : `with code ${code}`;
    const delay = policy.delayAfter(born, loop.time());
    if (delay === undefined) {
      throw new GivenUpError(`Cannot keep ${child.name} alive: it has ended ${what} too often`);
    }
    log(`${child.name} has ended ${what}; again in ${delay} s`);
    yield* asyncio.sleep(delay);
  }
}

/** From the start of a program to its end. Cancelled, it ends the program first. */
function* live({ name, command }: Child, life: number, log: (line: string) => void) {
  const start = createSubprocessExec(...command, {
    stdin: DEVNULL,
    stdout: PIPE,
    stderr: STDOUT,
    env: { ...process.env, LIFE: String(life) },
    grace: "5s",
  });
  let relaying: asyncio.Task<void> | undefined;
  try {
    return yield* asyncio.asyncWith(start, function* (child) {
      log(`${name} runs`);
      relaying = asyncio.createTask(relay(name, child.stdout, log));
      return yield* child.wait();
    });
  } finally {
    // The block has ended all that holds the pipe: what is left in it is read, then this ends too.
    if (relaying !== undefined) yield* relaying;
  }
}

function* relay(name: string, output: StreamReader, log: (line: string) => void) {
  for (;;) {
    try {
      const line = yield* output.readLine();
      if (line.length === 0) return;
      log(`${name}: ${line.toString().trimEnd()}`);
    } catch (error) {
      if (!(error instanceof RangeError)) throw error;
      log(`${name}: (a line that is too long)`);
    }
  }
}

/** Keeps a program alive until it is told to stop; without one, shows how that looks. */
export function* main(command: readonly string[] = []) {
  const [program, ...args] = command;
  const stop = gracefulStop();
  try {
    yield* asyncio.asyncWith(stop, function* () {
      if (program === undefined) yield* show();
      else yield* supervise([{ name: program, command: [program, ...args] }]);
    });
  } catch (error) {
    const [first] = error instanceof asyncio.ExceptionGroup ? error.errors : [error];
    if (!(first instanceof GivenUpError || first instanceof SubprocessError)) throw error;
    console.log(first.message);
    process.exitCode = 1;
  }
  console.log(stop.signal === undefined ? "all have ended" : `all have ended, by ${stop.signal}`);
}

const STEADY = `
  console.log("I am here");
  process.on("SIGTERM", () => { console.log("good night"); process.exit(); });
  setInterval(() => {}, 1000);
`;
const SICKLY = `
  if (process.env.LIFE < 4) { console.log("I do not feel well"); process.exit(1); }
  console.log("I am well now");
  setInterval(() => {}, 1000);
`;

function* show() {
  const well = new asyncio.Event();
  const log = (line: string) => {
    console.log(line);
    if (line === "sickly: I am well now") well.set();
  };
  const children: Child[] = [
    { name: "steady", command: [process.execPath, "-e", STEADY] },
    { name: "sickly", command: [process.execPath, "-e", SICKLY] },
  ];
  yield* asyncio.asyncWith(new asyncio.TaskGroup(), function* (group) {
    group.createTask(supervise(children, { log }));
    yield* well.wait();
    console.log("that is enough");
    group.cancel();
  });
}

if (realpathSync(process.argv[1] ?? "") === import.meta.filename) {
  await asyncio.run(main(process.argv.slice(2)));
}
