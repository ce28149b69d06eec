/** `tsyncio run`: prepares this process for the program, then hands it over. */

import type { Observer } from "tsyncio";
import type { RunCall, RunSettings } from "../command-line.js";
import type { Observation } from "./observe.js";
import { programFile } from "./program-file.js";
import { reportErrors } from "./report-error.js";
import { folderOf, type Runtime, runtimeOf } from "./runtime.js";
import { startProgram } from "./start-program.js";
import { installWatchdog } from "./watchdog.js";

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
  const loading = loadRuntime(runtime);
  loading.catch(() => {});
  const { reportFiles, reportHeard } = await reporter();
  installWatchdog(reportHeard);
  const observation = await observationFor(settings);
  reportErrors({
    runtimeFolder: settings.debug ? undefined : folderOf(runtime),
    onInterrupt: () => observation?.finish(),
  });
  await configure(await loading, settings, observation?.observer);
  reportFiles();
  if (!runtime.ofProgram) {
    const { offerOwnRuntime } = await import("../modules/own-runtime.js");
    offerOwnRuntime();
  }
  await import("@tsyncio/transform/register");
  startProgram(path, args);
  return 0;
}

interface LoadedRuntime {
  readonly tsyncio: typeof import("tsyncio");
  readonly coroutine: typeof import("tsyncio/coroutine");
}

/**
 * Loads the runtime before there are hooks. Before Node 22.15 a hook is asked in another thread, once
 * or twice for each module: for those of the runtime alone that took 60 ms.
 */
async function loadRuntime(runtime: Runtime): Promise<LoadedRuntime> {
  const [tsyncio, coroutine] = await Promise.all([
    import(runtime.entry("tsyncio")),
    import(runtime.entry("tsyncio/coroutine")),
  ]);
  return { tsyncio, coroutine };
}

/** What a program under `--watch` tells the process that watches; nothing without. */
async function reporter(): Promise<{ reportFiles(): void; reportHeard?: () => void }> {
  const { TSYNCIO_REPORT_FD: descriptor } = process.env;
  if (descriptor === undefined) return { reportFiles: () => {} };
  delete process.env["TSYNCIO_REPORT_FD"];
  const { reportFiles, reportHeard } = await import("../modules/report-files.js");
  return { reportFiles: () => reportFiles(Number(descriptor)), reportHeard };
}

/** Sets what the program's runs find. */
async function configure(
  { coroutine, tsyncio }: LoadedRuntime,
  { debug, virtual }: RunSettings,
  observer: Observer | undefined,
): Promise<void> {
  if (!virtual) {
    if (debug || observer !== undefined) coroutine.configureRuns({ debug, observer });
    return;
  }
  const { useVirtualTime } = await import("./virtual-time.js");
  useVirtualTime(tsyncio, (host) => coroutine.configureRuns({ debug, observer, host }));
}

async function observationFor(settings: RunSettings): Promise<Observation | undefined> {
  if (settings.timeline === undefined && settings.trace === undefined) return undefined;
  const { observe } = await import("./observe.js");
  return observe(settings);
}
