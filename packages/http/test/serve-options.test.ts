import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { createServer } from "node:net";
import { fromPromise, isCancelled, run, sleep } from "tsyncio";
import { expect, test } from "vitest";
import { fetch, type HttpServer, serve } from "../src/index.js";
import { openSockets, until, withServer } from "./harness.js";

test("serve() says which address it cannot listen on, and why", async () => {
  const occupant = createServer().listen(0, "127.0.0.1");
  await once(occupant, "listening");
  const { port } = occupant.address() as AddressInfo;
  const before = openSockets().length;
  for (const [options, code, message] of [
    [{ port }, "EADDRINUSE", `Cannot listen on 127.0.0.1:${port}: listen EADDRINUSE`],
    [
      { path: "/no/such/folder/a.sock" },
      /EACCES|ENOENT/,
      "Cannot listen on /no/such/folder/a.sock: ",
    ],
    [
      { port: 0, hostname: "no-such-name.invalid" },
      /ENOTFOUND|EAI_AGAIN/,
      "Cannot listen on no-such-name.invalid:0: getaddrinfo",
    ],
  ] as const) {
    const error = await run(serve(() => new Response(""), options)).then(String, (e: unknown) => e);
    expect(error).toMatchObject({
      name: "ConnectionError",
      code: expect.stringMatching(code) as string,
      message: expect.stringContaining(message) as string,
      cause: expect.any(Error) as Error,
    });
  }
  await until(() => openSockets().length <= before);
  occupant.close();
});

test("serve() refuses what is no handler, no limit, no port and no duration", async () => {
  const bad = (handler: unknown, options = {}): Promise<HttpServer> =>
    run(serve(handler as never, { port: 0, ...options }));
  await expect(bad({ fetch() {} })).rejects.toMatchObject({
    code: "ERR_INVALID_ARG",
    message: expect.stringContaining("pass app.fetch") as string,
  });
  for (const [options, code, message] of [
    [{ limits: { concurrency: 0 } }, "ERR_INVALID_LIMIT", "limits.concurrency"],
    [{ port: 70_000 }, "ERR_INVALID_ARG", "port must be an integer from 0 to 65535, got 70000"],
    [{ port: "80" }, "ERR_INVALID_ARG", 'got string "80"'],
    [{ deadline: "zzz" }, "ERR_INVALID_DURATION", "Invalid deadline: "],
    [{ grace: -1 }, "ERR_INVALID_DURATION", "Invalid grace: "],
    [{ keepAlive: "soon" }, "ERR_INVALID_DURATION", "Invalid keepAlive: "],
  ] as const) {
    await expect(bad(() => new Response(""), options)).rejects.toMatchObject({
      code,
      message: expect.stringContaining(message) as string,
    });
  }
});

test("serve() reports a deadline that cannot be told, answers 500 and cancels the handler", async () => {
  const ends: string[] = [];
  await withServer(
    function* handler() {
      try {
        yield* sleep(60);
      } catch (error) {
        ends.push(isCancelled(error) ? error.message : "raised");
        throw error;
      }
      return new Response("");
    },
    function* main(server, reports) {
      for (const path of ["raises", "nonsense"]) {
        expect((yield* fetch(`${server.url}/${path}`)).status).toBe(500);
        yield* fromPromise(until(() => server.activeRequests === 0));
      }
      expect(ends).toEqual(["its deadline is not known", "its deadline is not known"]);
      expect(reports.map(({ message }) => message)).toEqual([
        `Cannot tell the deadline of GET ${server.url}/raises`,
        `Cannot tell the deadline of GET ${server.url}/nonsense`,
      ]);
      expect(String(reports[0]?.exception)).toBe("Error: no clock");
      expect(reports[1]?.exception).toMatchObject({ code: "ERR_INVALID_DURATION" });
    },
    {
      deadline: ({ url }) => {
        if (url.endsWith("/raises")) throw new Error("no clock");
        return "nonsense" as never;
      },
    },
  );
});
