/**
 * `tsyncio worker`: does the jobs of a queue. The runtime and the package of the executors are those that the jobs' module
 * finds from its own folder, because that defines its jobs with them.
 */

import { createRequire } from "node:module";
import { pathToFileURL } from "node:url";
import { BadCall } from "../bad-call.js";
import { programFile } from "../run/program-file.js";
import { reportErrors } from "../run/report-error.js";
import { folderOf, runtimeOf } from "../run/runtime.js";
import type { WorkerCall } from "./worker-call.js";

type Tsyncio = typeof import("tsyncio");
type TsyncioOnNode = typeof import("tsyncio/node");

/** What is used of `@tsyncio/workers/queue`, on which this package does not depend. */
interface QueueModule {
  runWorker(
    modules: readonly string[],
    options: WorkerCall["options"] & { readonly report: (line: string) => void },
  ): Generator<never, void>;
}

/**
 * Runs the worker until it is stopped. Resolves with 0.
 *
 * @throws {BadCall} when there is no such file, or no package for queues beside it.
 */
export async function workerCommand({ files, options }: WorkerCall): Promise<number> {
  const paths = files.map((file) => programFile(file));
  const [first = ""] = paths;
  reportErrors({
    runtimeFolder: folderOf(runtimeOf(first)),
    names: () => ({}),
    onInterrupt: () => {},
  });
  const { queue, tsyncio, tsyncioOnNode } = await load(first);
  await import("@tsyncio/transform/register");
  const { asyncWith, run } = tsyncio;
  const report = (line: string): void => console.error(line);
  const urls = paths.map((path) => pathToFileURL(path).href);
  await run(() =>
    asyncWith(tsyncioOnNode.gracefulStop(), () => queue.runWorker(urls, { ...options, report })),
  );
  return 0;
}

/** The packages that the jobs' module finds, loaded before there are hooks. */
async function load(file: string): Promise<{
  readonly tsyncio: Tsyncio;
  readonly tsyncioOnNode: TsyncioOnNode;
  readonly queue: QueueModule;
}> {
  const { resolve } = createRequire(file);
  const urlOf = (specifier: string): string => {
    try {
      return pathToFileURL(resolve(specifier)).href;
    } catch (cause) {
      throw new BadCall(
        `Cannot start a worker of ${file}: ${specifier} is not installed there; npm install tsyncio @tsyncio/workers bullmq ioredis`,
        { cause },
      );
    }
  };
  const [tsyncio, tsyncioOnNode, queue] = await Promise.all([
    import(urlOf("tsyncio")),
    import(urlOf("tsyncio/node")),
    import(urlOf("@tsyncio/workers/queue")),
  ]);
  return { tsyncio, tsyncioOnNode, queue };
}
