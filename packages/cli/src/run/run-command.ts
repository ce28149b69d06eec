/** `tsyncio run`: prepares this process for the program, then hands it over. */

import type { RunDefaults } from "tsyncio/coroutine";
import type { RunCall, RunSettings } from "../command-line.js";
import type { Observation } from "./observe.js";
import { programFile } from "./program-file.js";
import { reportErrors, reportWithout } from "./report-error.js";
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
  const runtimeFolder = settings.debug ? undefined : folderOf(runtime);
  let names = {};
  reportErrors({
    runtimeFolder,
    names: () => names,
    onInterrupt: () => observation?.finish(),
  });
  names = await loading;
  await configure(runtime, settings.virtual, {
    debug: settings.debug,
    observer: observation?.observer,
    exceptionHandler: runtimeFolder === undefined ? undefined : reportWithout(runtimeFolder),
  });
  reportFiles();
  if (!runtime.ofProgram) {
    const { offerOwnRuntime } = await import("../modules/own-runtime.js");
    offerOwnRuntime();
  }
  await import("@tsyncio/transform/register");
  startProgram(path, args);
  return 0;
}

/**
 * Loads the runtime before there are hooks. Before Node 22.15 a hook is asked in another thread, once
 * or twice for each module: for those of the runtime alone that took 60 ms.
 */
async function loadRuntime(runtime: Runtime): Promise<object> {
  const [tsyncio] = await Promise.all([
    import(runtime.entry("tsyncio")),
    import(runtime.entry("tsyncio/coroutine")),
  ]);
  return tsyncio;
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
async function configure(runtime: Runtime, virtual: boolean, settings: RunDefaults): Promise<void> {
  if (virtual) {
    const testing: typeof import("tsyncio/testing") = await import(
      runtime.entry("tsyncio/testing")
    );
    testing.useVirtualTime(settings);
  } else {
    const coroutine: typeof import("tsyncio/coroutine") = await import(
      runtime.entry("tsyncio/coroutine")
    );
    coroutine.configureRuns(settings);
  }
}

async function observationFor(settings: RunSettings): Promise<Observation | undefined> {
  if (settings.timeline === undefined && settings.trace === undefined) return undefined;
  const { observe } = await import("./observe.js");
  return observe(settings);
}
