/**
 * Downloads many files into a folder, a few at a time: `download-many FOLDER URL...`. A file is there
 * when all of it is, and not before; Ctrl-C ends the transfers that are under way and leaves no halves
 * behind. Without arguments it shows itself with a server of its own.
 */

import { mkdirSync, realpathSync } from "node:fs";
import { basename, join } from "node:path";
import { fetch } from "@tsyncio/http";
import * as asyncio from "tsyncio";
import { replaceFile, temporaryFolder } from "tsyncio/node";
import { fileServer } from "./file-server.js";
import { type Output, Progress } from "./progress.js";

const AT_ONCE = 6;

/** What `downloadAll` takes besides. */
export interface DownloadOptions {
  /** How many transfers are under way at the same time. */
  readonly atOnce?: number;
  /** Told the size of each file that has come. */
  readonly arrived?: (bytes: number) => void;
}

/** What `main` takes. */
export interface DownloadManyOptions {
  readonly files?: number;
  readonly atOnce?: number;
  /** The seconds that each file takes. */
  readonly latency?: number;
  readonly output?: Output;
}

/**
 * Downloads all `urls` into `folder`, under the last part of each. The first that fails ends the
 * others.
 */
export function downloadAll(
  urls: Iterable<URL>,
  folder: string,
  { atOnce = AT_ONCE, arrived = () => {} }: DownloadOptions = {},
): asyncio.Operation<void> {
  const free = new asyncio.Semaphore(atOnce);
  return asyncio.asyncWith(new asyncio.TaskGroup(), function* (group) {
    for (const url of urls) {
      group.createTask(
        asyncio.asyncWith(free, function* () {
          arrived(yield* download(url, folder));
        }),
        { name: `download ${url.pathname}` },
      );
    }
  });
}

/** Downloads one file, piece by piece; cancelled, it ends the transfer and removes what had come. */
function* download(url: URL, folder: string) {
  let bytes = 0;
  yield* asyncio.asyncWith(yield* fetch(url), function* (answer) {
    answer.raiseForStatus();
    const path = join(folder, basename(url.pathname) || "index.html");
    yield* asyncio.asyncWith(replaceFile(path), function* (file) {
      yield* asyncio.asyncFor(answer.chunks(), function* (chunk) {
        yield* file.write(chunk);
        bytes += chunk.length;
      });
    });
  });
  return bytes;
}

/** Starts a server, downloads everything it has and shows how it goes. */
export function* main(options: DownloadManyOptions = {}) {
  const { files = 60, atOnce = AT_ONCE, latency = 0.2, output = process.stdout } = options;
  try {
    yield* asyncio.asyncWith(fileServer({ files, latency }), function* (urls) {
      yield* asyncio.asyncWith(temporaryFolder(), function* (folder) {
        yield* downloadWithProgress(urls, folder, { output, atOnce });
      });
    });
  } catch (error) {
    if (asyncio.isCancelled(error)) output.write("stopped, and the server is closed\n");
    throw error;
  }
  output.write("all files are here\n");
}

function* downloadWithProgress(
  urls: readonly URL[],
  folder: string,
  { output, atOnce }: { readonly output: Output; readonly atOnce: number },
) {
  const progress = new Progress(urls.length, output);
  try {
    const arrived = (bytes: number) => progress.add(bytes);
    yield* downloadAll(urls, folder, { arrived, atOnce });
  } finally {
    progress.end();
  }
}

if (realpathSync(process.argv[1] ?? "") === import.meta.filename) {
  const [, , folder, ...urls] = process.argv;
  if (folder === undefined) await asyncio.run(main());
  else {
    mkdirSync(folder, { recursive: true });
    const all = urls.map((url) => new URL(url));
    await asyncio.run(
      downloadWithProgress(all, folder, { output: process.stdout, atOnce: AT_ONCE }),
    );
  }
}
