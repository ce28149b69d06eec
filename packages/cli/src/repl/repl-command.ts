/** `tsyncio repl`: makes the session, and lets the terminal or what is piped in talk to it. */

import { join } from "node:path";
import type { ReplCall } from "../command-line.js";
import { folderOf, runtimeOf } from "../run/runtime.js";
import { installWatchdog } from "../run/watchdog.js";
import { InputCompiler } from "./compile-input.js";
import { Session } from "./session.js";
import { Printer } from "./show.js";

/** Resolves with the exit code when the user has left. */
export async function replCommand({ debug }: ReplCall): Promise<number> {
  const folder = process.cwd();
  const runtime = runtimeOf(join(folder, "repl.js"));
  if (!runtime.ofProgram) {
    const { offerOwnRuntime } = await import("../modules/own-runtime.js");
    offerOwnRuntime();
  }
  const [tsyncio, coroutine, { transform }] = await Promise.all([
    import(runtime.entry("tsyncio")),
    import(runtime.entry("tsyncio/coroutine")),
    import("@tsyncio/transform"),
    import("@tsyncio/transform/register"),
  ]);
  Object.assign(globalThis, tsyncio, { asyncio: tsyncio });
  const compiler = new InputCompiler({ tsyncio, coroutine, folder, transform });
  const talk = process.stdin.isTTY && process.stdout.isTTY ? "./terminal.js" : "./piped.js";
  const { converse } = (await import(talk)) as typeof import("./piped.js");
  const watchdog = installWatchdog();
  // The session's run leaves the signal alone when somebody listens already.
  let session: Session | undefined;
  process.on("SIGINT", () => session?.interrupt());
  const printer = new Printer(folderOf(runtime), compiler);
  (coroutine as typeof import("tsyncio/coroutine")).configureRuns({
    exceptionHandler(loop, context) {
      printer.trim(context.exception);
      loop.defaultExceptionHandler(context);
    },
  });
  session = new Session(tsyncio as typeof import("tsyncio"), { debug });
  const code = await converse({ session, compiler, printer, watchdog });
  await session.close();
  return code;
}
