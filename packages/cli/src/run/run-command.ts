/** `tsyncio run`: prepares this process for the program, then hands it over. */

import type { Host, Observer } from "tsyncio";
import type { RunCall, RunSettings } from "../command-line.js";
import type { Observation } from "./observe.js";
import { programFile } from "./program-file.js";
import { reportErrors } from "./report-error.js";
import { folderOf, type Runtime, runtimeOf } from "./runtime.js";
import { startProgram } from "./start-program.js";
import { installWatchdog } from "./watchdog.js";

type Configuration = Parameters<typeof import("tsyncio/coroutine").configureRuns>[0];

/**
 * Starts the program; with `--watch` as often as it changes. Resolves with 0 when it has been
 * started. Does not wait for the program.
 *
 * @throws {BadCall} when there is no such program.
 */
export async function runCommand(call: RunCall): Promise<number> {
  const { args, settings } = call;
  const path = programFile(call.file);
  if (settings.watch) {
    const { watchCommand } = await import("./watch-command.js");
    return watchCommand({ ...call, file: path });
  }
  const runtime = runtimeOf(path);
  if (!runtime.ofProgram) {
    const { offerOwnRuntime } = await import("../modules/own-runtime.js");
    offerOwnRuntime();
  }
  installWatchdog(await reportToWatcher());
  const observation = await observationFor(settings);
  reportErrors({
    runtimeFolder: settings.debug ? undefined : folderOf(runtime),
    onInterrupt: () => observation?.finish(),
  });
  await configure(runtime, settings, observation?.observer);
  await import("@tsyncio/transform/register");
  startProgram(path, args);
  return 0;
}

/** Under `--watch`: reports the program's files. Gives what is to be called when it hears Ctrl-C. */
async function reportToWatcher(): Promise<(() => void) | undefined> {
  const { TSYNCIO_REPORT_FD: descriptor } = process.env;
  if (descriptor === undefined) return undefined;
  delete process.env["TSYNCIO_REPORT_FD"];
  const { reportFiles, reportHeard } = await import("../modules/report-files.js");
  reportFiles(Number(descriptor));
  return reportHeard;
}

/** Sets what the program's runs find; without an option nothing of the runtime is loaded here. */
async function configure(
  runtime: Runtime,
  { debug, virtual }: RunSettings,
  observer: Observer | undefined,
): Promise<void> {
  if (!debug && !virtual && observer === undefined) return;
  const door = await import(runtime.entry("tsyncio/coroutine"));
  const configureRuns = (configuration: Configuration): void => door.configureRuns(configuration);
  const common = { debug, observer };
  if (!virtual) configureRuns(common);
  else await configureVirtual(runtime, (host) => configureRuns({ ...common, host }));
}

async function observationFor(settings: RunSettings): Promise<Observation | undefined> {
  if (settings.timeline === undefined && settings.trace === undefined) return undefined;
  const { observe } = await import("./observe.js");
  return observe(settings);
}

/** The thread's loop, made here and now, tells the host what its tasks wait for. */
async function configureVirtual(
  runtime: Runtime,
  setHost: (host: () => Host) => void,
): Promise<void> {
  const { VirtualTime } = await import("./virtual-time.js");
  const { Runner } = (await import(runtime.entry("tsyncio"))) as typeof import("tsyncio");
  const realLoop = new Runner().loop;
  realLoop.close();
  const host = new VirtualTime(realLoop.host);
  setHost(() => host);
  const loop = new Runner().loop as unknown as { readonly promisesPending: number };
  host.promisesPending = () => loop.promisesPending;
}
