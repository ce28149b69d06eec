/** download-many against servers of this process, and as a process that gets Ctrl-C. */

import { once } from "node:events";
import { createServer, type RequestListener, type ServerResponse } from "node:http";
import { type AddressInfo, connect } from "node:net";
import * as asyncio from "tsyncio";
import { describe, expect, test } from "vitest";
import { downloadAll, main } from "./download-many/download-many.gen.js";
import { fileServer } from "./download-many/file-server.js";
import { Progress } from "./download-many/progress.js";
import { startChild } from "./testing/child-program.js";

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

/**
 * Runs `use` with a server that ends with it: a server closes when the last connection on which
 * something is going on has ended, so that a transfer left open fails the test.
 */
async function withServer(
  answer: RequestListener,
  use: (urlOf: (number: number) => URL) => Promise<void>,
): Promise<void> {
  const server = createServer(answer);
  await once(server.listen(0, "127.0.0.1"), "listening");
  const { port } = server.address() as AddressInfo;
  try {
    await use((number) => new URL(`http://127.0.0.1:${port}/${number}`));
  } finally {
    server.close();
    await once(server, "close");
  }
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
      onLine: (_line, child) => child.kill("SIGINT"),
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
      await asyncio.run(
        downloadAll(urls, 4, (size) => {
          bytes += size;
        }),
      );
      expect(bytes).toBe(20 * 4);
    });
    expect(most).toBe(4);
  });

  test("ends the connections of the transfers under way when it is cancelled", async () => {
    const requested: string[] = [];
    let onThird = (): void => {};
    const never: RequestListener = (request, response) => {
      requested.push(request.url ?? "");
      response.write("the beginning of a file");
      if (requested.length === 3) onThird();
    };
    await withServer(never, async (urlOf) => {
      await asyncio.run(function* () {
        const third = new asyncio.Event();
        onThird = () => third.set();
        const urls = Array.from({ length: 9 }, (_, number) => urlOf(number));
        const download = asyncio.createTask(downloadAll(urls, 3, () => {}));
        yield* third.wait();
        download.cancel();
        yield* asyncio.wait([download]);
        expect(download.cancelled()).toBe(true);
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
      const failure = await asyncio.run(downloadAll(urls, 3, () => {})).catch((error) => error);
      expect(failure).toBeInstanceOf(asyncio.ExceptionGroup);
      expect(failure.errors).toEqual([
        new Error(`Cannot download ${urls[1]}: the server says 410`),
      ]);
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
