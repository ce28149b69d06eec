/** download-many against servers of this process, and as a process that gets Ctrl-C. */

import { once } from "node:events";
import { readdirSync, readFileSync, statSync } from "node:fs";
import { createServer, type RequestListener, type ServerResponse } from "node:http";
import { type AddressInfo, connect } from "node:net";
import { join } from "node:path";
import { FetchError } from "@tsyncio/http";
import * as asyncio from "tsyncio";
import { temporaryFolder } from "tsyncio/node";
import { describe, expect, test } from "vitest";
import { downloadAll, main } from "./download-many/download-many.gen.js";
import { fileServer } from "./download-many/file-server.js";
import { Progress } from "./download-many/progress.js";
import { startChild } from "./testing/child-program.js";
import { expectNoLeftovers } from "./testing/leftovers.contract.js";

expectNoLeftovers();

/** An output that keeps what is written to it. */
class Paper {
  readonly isTTY: boolean;
  text = "";

  constructor(isTTY: boolean) {
    this.isTTY = isTTY;
  }

  write(text: string): void {
    this.text += text;
  }
}

/** Runs `use` with a server, then waits for the end of every transfer: one left open fails the test. */
async function withServer(
  answer: RequestListener,
  use: (urlOf: (number: number) => URL) => Promise<void>,
): Promise<void> {
  const transfers: Promise<unknown>[] = [];
  const server = createServer((request, response) => {
    transfers.push(once(response, "close"));
    answer(request, response);
  });
  await once(server.listen(0, "127.0.0.1"), "listening");
  const { port } = server.address() as AddressInfo;
  try {
    await use((number) => new URL(`http://127.0.0.1:${port}/${number}`));
    await Promise.all(transfers);
  } finally {
    server.close();
    // Node's client keeps a connection in reserve where it has cancelled a request.
    server.closeAllConnections();
    await once(server, "close");
  }
}

/** Runs `use` with an empty folder. */
function inFolder(use: (folder: string) => asyncio.Coroutine<void>): Promise<void> {
  return asyncio.run(asyncio.asyncWith(temporaryFolder(), use));
}

function sizesIn(folder: string): number[] {
  return readdirSync(folder).map((name) => statSync(join(folder, name)).size);
}

describe("main", () => {
  test("downloads every file and tells how it went", async () => {
    const paper = new Paper(false);
    await asyncio.run(main({ files: 14, atOnce: 5, latency: 0.01, output: paper }));
    expect(paper.text.split("\n")).toEqual([
      expect.stringMatching(/^3 of 14 files, \d+ KiB$/),
      expect.stringMatching(/^6 of 14 files, \d+ KiB$/),
      expect.stringMatching(/^9 of 14 files, \d+ KiB$/),
      expect.stringMatching(/^12 of 14 files, \d+ KiB$/),
      "14 of 14 files, 105 KiB",
      "all files are here",
      "",
    ]);
  });

  test("closes its server when it is cancelled, and says so", async () => {
    const controller = new AbortController();
    const reason = new Error("enough");
    const paper = new Paper(true);
    const stopAtThird = {
      isTTY: true,
      write(text: string) {
        paper.write(text);
        if (text.includes(" 3 of 40")) controller.abort(reason);
      },
    };
    const run = asyncio.run(main({ files: 40, atOnce: 2, latency: 0.01, output: stopAtThird }), {
      signal: controller.signal,
    });
    await expect(run).rejects.toBe(reason);
    expect(paper.text).toMatch(/ 3 of 40 files, \d+ KiB\nstopped, and the server is closed\n$/);
  });

  test("on Ctrl-C cleans up and ends as an interrupted process does", async () => {
    const { lines, errors, ...ending } = await startChild(["download-many"], {
      onLine: (line, child) => {
        if (line.startsWith("10 of 60")) child.kill("SIGINT");
      },
    });
    expect(ending).toMatchObject({ code: null, signal: "SIGINT" });
    expect(lines.at(-1)).toBe("stopped, and the server is closed");
    expect(lines[0]).toMatch(/^10 of 60 files/);
    expect(errors).toBe("");
  });
});

describe("downloadAll()", () => {
  test("keeps as many transfers under way as it may, and no more", async () => {
    const underWay: ServerResponse[] = [];
    let most = 0;
    const answer: RequestListener = (_request, response) => {
      most = Math.max(most, underWay.push(response));
      if (underWay.length !== 4) return;
      // A fifth that is on its way has the time to come.
      setTimeout(() => {
        for (const waiting of underWay.splice(0)) waiting.end("file");
      }, 10);
    };
    await withServer(answer, async (urlOf) => {
      const urls = Array.from({ length: 20 }, (_, number) => urlOf(number));
      let bytes = 0;
      const arrived = (size: number): void => {
        bytes += size;
      };
      await inFolder(function* (folder) {
        yield* downloadAll(urls, folder, { atOnce: 4, arrived });
        expect(readdirSync(folder).sort()).toEqual(urls.map((url) => url.pathname.slice(1)).sort());
        for (const name of readdirSync(folder)) {
          expect(readFileSync(join(folder, name), "utf8")).toBe("file");
        }
      });
      expect(bytes).toBe(20 * 4);
    });
    expect(most).toBe(4);
  });

  test("ends the transfers under way when it is cancelled, and leaves no halves", async () => {
    const requested: string[] = [];
    let onThird = (): void => {};
    const never: RequestListener = (request, response) => {
      requested.push(request.url ?? "");
      response.write("the beginning of a file");
      if (requested.length === 3) onThird();
    };
    await withServer(never, async (urlOf) => {
      await inFolder(function* (folder) {
        const third = new asyncio.Event();
        onThird = () => third.set();
        const urls = Array.from({ length: 9 }, (_, number) => urlOf(number));
        const download = asyncio.createTask(downloadAll(urls, folder, { atOnce: 3 }));
        yield* third.wait();
        while (sizesIn(folder).filter((size) => size > 0).length < 3) yield* asyncio.sleep("1ms");
        download.cancel();
        yield* asyncio.wait([download]);
        expect(download.cancelled()).toBe(true);
        expect(readdirSync(folder)).toEqual([]);
      });
    });
    expect(requested.sort()).toEqual(["/0", "/1", "/2"]);
  });

  test("ends the others when one fails, with the status in the error", async () => {
    const answer: RequestListener = (request, response) => {
      if (request.url === "/1") response.writeHead(410).end();
    };
    await withServer(answer, async (urlOf) => {
      const urls = [urlOf(0), urlOf(1), urlOf(2)];
      await inFolder(function* (folder) {
        const all = asyncio.createTask(downloadAll(urls, folder, { atOnce: 3 }));
        yield* asyncio.wait([all]);
        const failure = all.exception() as asyncio.ExceptionGroup;
        expect(failure).toBeInstanceOf(asyncio.ExceptionGroup);
        expect(failure.errors).toEqual([expect.any(FetchError)]);
        expect(failure.errors[0]).toMatchObject({ url: urls[1]?.href, status: 410 });
        expect(readdirSync(folder)).toEqual([]);
      });
    });
  });
});

describe("fileServer()", () => {
  test("refuses connections once its block has ended", async () => {
    const urls = await asyncio.run(
      asyncio.asyncWith(fileServer({ files: 1, latency: 0 }), function* (served) {
        const missing = new URL("/1", served[0]);
        const response = yield* asyncio.fromPromise((signal) => fetch(missing, { signal }));
        expect(response.status).toBe(404);
        return served;
      }),
    );
    const socket = connect(Number(urls[0]?.port), "127.0.0.1");
    const [error] = await once(socket, "error");
    expect(error).toMatchObject({ code: "ECONNREFUSED" });
  });
});

describe("Progress", () => {
  test("writes over its line on a terminal", () => {
    const paper = new Paper(true);
    const progress = new Progress(2, paper);
    progress.add(1024);
    progress.add(2048);
    progress.end();
    expect(paper.text).toBe(
      `\r\x1b[K[${"#".repeat(15)}${" ".repeat(15)}] 1 of 2 files, 1 KiB` +
        `\r\x1b[K[${"#".repeat(30)}] 2 of 2 files, 3 KiB\n`,
    );
  });

  test("writes the last figures before the end when they are not a full step", () => {
    const paper = new Paper(false);
    const progress = new Progress(12, paper);
    for (let n = 0; n < 3; n++) progress.add(1024);
    progress.end();
    expect(paper.text).toBe("2 of 12 files, 2 KiB\n3 of 12 files, 3 KiB\n");
  });
});
