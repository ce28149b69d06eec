/** deadlines: what is answered and what is cancelled, and the program. */

import { fetch } from "@tsyncio/http";
import * as asyncio from "tsyncio";
import { describe, expect, test } from "vitest";
import { deadlineOf, startService } from "./deadlines/deadlines.gen.js";
import { startChild } from "./testing/child-program.js";
import { expectNoLeftovers } from "./testing/leftovers.contract.js";

expectNoLeftovers();

type Log = (line: string) => void;

/** Runs `use` with the service's address. */
function withService(use: (url: string) => asyncio.Coroutine<void>, log: Log = () => {}) {
  return asyncio.run(function* () {
    const service = yield* startService(0, log);
    yield* asyncio.asyncWith(service, () => use(service.url));
  });
}

function* ask(url: string, headers: Record<string, string> = {}) {
  return yield* asyncio.asyncWith(yield* fetch(url, { headers }), function* (answer) {
    return [answer.status, yield* answer.text()] as const;
  });
}

describe("the service", () => {
  test("answers work that is done in time", async () => {
    await withService(function* (url) {
      expect(yield* ask(`${url}/work?seconds=0.01`)).toEqual([200, '{"seconds":0.01}']);
    });
  });

  test("answers work that is too slow by 504 and cancels it", async () => {
    const lines: string[] = [];
    await withService(
      function* (url) {
        const [status] = yield* ask(`${url}/work?seconds=100`, { "x-deadline": "20" });
        expect(status).toBe(504);
      },
      (line) => lines.push(line),
    );
    expect(lines).toEqual(["  the work of 100 s is cancelled"]);
  });

  test("cancels the work for a client that goes away", async () => {
    await asyncio.run(function* () {
      const cancelled = new asyncio.Event();
      const service = yield* startService(0, () => cancelled.set());
      yield* asyncio.asyncWith(service, function* () {
        const asking = asyncio.createTask(ask(`${service.url}/work?seconds=100`));
        while (service.activeRequests === 0) yield* asyncio.sleep("1ms");
        asking.cancel();
        yield* asyncio.waitFor(cancelled.wait(), 0.4);
      });
    });
  });

  test("refuses what is no number of seconds, and other paths", async () => {
    await withService(function* (url) {
      expect((yield* ask(`${url}/work?seconds=soon`))[0]).toBe(400);
      expect((yield* ask(url))[0]).toBe(404);
    });
  });
});

describe("deadlineOf()", () => {
  for (const [header, seconds] of [
    [undefined, 0.5],
    ["100", 0.1],
    ["60000", 0.5],
    ["0", 0.5],
    ["-5", 0.5],
    ["soon", 0.5],
  ] as const) {
    test(`gives ${seconds} s for ${header ?? "no header"}`, () => {
      const headers: Record<string, string> = header === undefined ? {} : { "x-deadline": header };
      expect(deadlineOf(new Request("http://localhost/", { headers }))).toBe(seconds);
    });
  }
});

describe("the program", () => {
  test("shows work in time, work that is too slow and clients in a hurry", async () => {
    const { lines, ...ending } = await startChild(["deadlines"]);
    expect(ending).toMatchObject({ code: 0, errors: "" });
    expect(lines).toEqual([
      expect.stringMatching(/^service on http:\/\/127\.0\.0\.1:\d+$/),
      'quick work: 200 {"seconds":0.1}',
      "  the work of 10 s is cancelled",
      expect.stringMatching(/^slow work: 504/),
      "  the work of 0.3 s is cancelled",
      expect.stringMatching(/^a client in a hurry: 504/),
      "an impatient client: goes away after 100 ms",
      "  the work of 20 s is cancelled",
      "the service is closed",
    ]);
  });

  test("PORT serves until SIGTERM, and lets a request that is under way end", async () => {
    let status: Promise<number> | undefined;
    const ending = await startChild(["deadlines", "0"], {
      onLine: (line, child) => {
        const url = /http:\S+/.exec(line)?.[0];
        if (url === undefined) return;
        status = globalThis.fetch(`${url}/work?seconds=0.4`).then((answer) => answer.status);
        void globalThis.fetch(`${url}/work?seconds=0`).then(() => child.kill("SIGTERM"));
      },
    });
    expect(ending).toMatchObject({ code: 0, signal: null, errors: "" });
    expect(ending.lines.at(-1)).toBe("the service is closed");
    expect(await status).toBe(200);
  });
});
