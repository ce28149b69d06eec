/**
 * Downloads many files, a few at a time, from a server that it starts itself. Ctrl-C ends the
 * transfers that are under way, closes the server and exits with 130.
 */

import { realpathSync } from "node:fs";
import * as asyncio from "tsyncio";
import { fileServer } from "./file-server.js";
import { type Output, Progress } from "./progress.js";

/** What `main` takes. */
export interface DownloadManyOptions {
  readonly files?: number;
  readonly atOnce?: number;
  /** The seconds that each file takes. */
  readonly latency?: number;
  readonly output?: Output;
}

/**
 * Downloads all `urls`, at most `atOnce` at the same time, and tells `arrived` the size of each. The
 * first that fails ends the others.
 */
export function downloadAll(
  urls: Iterable<URL>,
  atOnce: number,
  arrived: (bytes: number) => void,
): asyncio.Operation<void> {
  const free = new asyncio.Semaphore(atOnce);
  return asyncio.asyncWith(new asyncio.TaskGroup(), function* (group) {
    for (const url of urls) {
      group.createTask(
        asyncio.asyncWith(free, function* () {
          // Cancelling the task aborts the signal: the connection ends, and not only the wait.
          const body = yield* asyncio.fromPromise((signal) => get(url, signal));
          arrived(body.byteLength);
        }),
        { name: `download ${url.pathname}` },
      );
    }
  });
}

/** Ordinary promises: what comes from outside needs to know nothing of tasks. */
function get(url: URL, signal: AbortSignal): Promise<ArrayBuffer> {
  return fetch(url, { signal }).then((response) => {
    if (!response.ok) throw new Error(`Cannot download ${url}: the server says ${response.status}`);
    return response.arrayBuffer();
  });
}

/** Starts the server, downloads everything it has and shows how it goes. */
export function* main(options: DownloadManyOptions = {}) {
  const { files = 60, atOnce = 6, latency = 0.2, output = process.stdout } = options;
  const progress = new Progress(files, output);
  try {
    yield* asyncio.asyncWith(fileServer({ files, latency }), function* (urls) {
      yield* downloadAll(urls, atOnce, (bytes) => progress.add(bytes));
    });
  } catch (error) {
    progress.end();
    if (asyncio.isCancelled(error)) output.write("stopped, and the server is closed\n");
    throw error;
  }
  progress.end();
  output.write("all files are here\n");
}

if (realpathSync(process.argv[1] ?? "") === import.meta.filename) {
  await asyncio.run(main());
}
