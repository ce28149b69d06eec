import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { createServer as createTcpServer, type Socket } from "node:net";
import { gzipSync } from "node:zlib";
import {
  asyncFor,
  asyncGenerator,
  asyncWith,
  BREAK,
  type Coroutine,
  createTask,
  fromPromise,
  run,
  sleep,
  timeout,
  waitFor,
} from "tsyncio";
import { expect, test } from "vitest";
import { fetch } from "../src/index.js";
import { closedPort, failure, openSockets, until, withNode } from "./harness.js";

test("fetch() gives status, headers and the body in every form", async () => {
  await withNode(
    (request, response) => {
      if (request.url === "/moved") {
        response.writeHead(302, { location: "/json" }).end();
        return;
      }
      const body = gzipSync(JSON.stringify({ method: request.method, n: 1 }));
      response.writeHead(200, { "content-encoding": "gzip", "x-by": "node" }).end(body);
    },
    function* main(url) {
      const response = yield* fetch(`${url}/moved`, { method: "GET" });
      expect(response).toMatchObject({ status: 200, ok: true, redirected: true });
      expect([response.url, response.headers.get("x-by")]).toEqual([`${url}/json`, "node"]);
      expect(yield* response.json()).toEqual({ method: "GET", n: 1 });
      expect(response.bodyUsed).toBe(true);
      expect((yield* (yield* fetch(url)).bytes()).length).toBe(22);
      const passed = (yield* fetch(new Request(`${url}/x`, { method: "PUT" }))).toResponse();
      expect(passed.headers.has("content-encoding")).toBe(false);
      expect(passed.headers.get("x-by")).toBe("node");
      expect(yield* fromPromise(passed.json())).toEqual({ method: "PUT", n: 1 });
    },
  );
});

test("fetch() can be awaited by plain async functions", async () => {
  await withNode(
    (_request, response) => response.end("plain"),
    function* main(url) {
      const text = yield* fromPromise(async () => {
        const response = await fetch(url);
        return await response.text();
      });
      expect(text).toBe("plain");
    },
  );
});

test("FetchResponse.raiseForStatus() raises for what is no success", async () => {
  await withNode(
    (_request, response) => response.writeHead(404).end("nothing here"),
    function* main(url) {
      const response = yield* fetch(`${url}/gone`);
      expect(() => response.raiseForStatus()).toThrow(
        expect.objectContaining({ code: "ERR_HTTP_STATUS", status: 404, url: `${url}/gone` }),
      );
    },
  );
});

test("fetch() sends the chunks of an async generator as they are made", async () => {
  const chunks: string[] = [];
  await withNode(
    (request, response) => {
      request.setEncoding("utf8").on("data", (text: string) => chunks.push(text));
      request.on("end", () => response.end("thanks"));
    },
    function* main(url) {
      const body = asyncGenerator<string>(function* body(emit) {
        yield* emit("one");
        yield* fromPromise(until(() => chunks.length === 1));
        yield* emit("two");
      });
      const response = yield* fetch(url, { method: "POST", body });
      expect(yield* response.text()).toBe("thanks");
      expect(chunks).toEqual(["one", "two"]);
    },
  );
});

test("fetch() fails with the error of the generator that makes its body", async () => {
  await withNode(
    (request) => request.resume(),
    function* main(url) {
      const body = asyncGenerator<string>(function* body(emit) {
        yield* emit("one");
        throw new RangeError("no more");
      });
      const error = yield* failure(createTask(fetch(url, { method: "POST", body })));
      expect(error).toMatchObject({
        code: "ERR_FETCH",
        message: `Cannot fetch ${url}/: the body failed: RangeError: no more`,
        cause: { cause: expect.any(RangeError) as unknown },
      });
    },
  );
});

test("fetch() that is cancelled aborts the request, and frees its socket at once", async () => {
  const before = openSockets().length;
  let gone = 0;
  await withNode(
    (_request, response) => {
      response.on("close", () => gone++);
    },
    function* main(url, server) {
      const counted = () =>
        fromPromise(new Promise<number>((resolve) => server.getConnections((_e, n) => resolve(n))));
      const task = createTask(fetch(url));
      while ((yield* counted()) === 0) yield* sleep("1ms");
      task.cancel();
      yield* fromPromise(until(() => gone === 1));
      expect(task.cancelled()).toBe(true);
      const late = yield* failure(createTask(waitFor(fetch(url), "20ms")));
      expect((late as Error).name).toBe("TimeoutError");
      yield* fromPromise(until(() => gone === 2));
      while ((yield* counted()) > 0) yield* sleep("1ms");
    },
  );
  await until(() => openSockets().length <= before);
});

test("reading a body that is cancelled, left early or closed aborts the transfer", async () => {
  let gone = 0;
  await withNode(
    (_request, response) => {
      response.on("close", () => gone++);
      response.write("line 1\nline 2\nhalf a line");
    },
    function* main(url) {
      const readers: ((response: Awaited<ReturnType<typeof fetch>>) => Coroutine<unknown>)[] = [
        (response) => waitFor(response.text(), "10ms"),
        (response) => waitFor(response.json(), "10ms"),
        (response) => waitFor(response.bytes(), "10ms"),
        (response) =>
          waitFor(
            asyncFor(response.chunks(), function* () {}),
            "10ms",
          ),
        (response) => asyncWith(timeout("10ms"), () => asyncFor(response.lines(), function* () {})),
        (response) =>
          asyncFor(response.lines(), function* () {
            return BREAK;
          }),
        (response) => asyncWith(response, function* () {}),
      ];
      for (const [index, read] of readers.entries()) {
        const reading = createTask(read(yield* fetch(url)));
        yield* fromPromise(until(() => reading.done()));
        expect((reading.exception() as Error | undefined)?.name).toBe(
          index < 5 ? "TimeoutError" : undefined,
        );
        yield* fromPromise(until(() => gone === index + 1));
      }
    },
  );
});

test("fetch() obeys the signal it is given", async () => {
  await withNode(
    () => {},
    function* main(url) {
      const controller = new AbortController();
      const task = createTask(fetch(url, { signal: controller.signal }));
      yield* sleep("5ms");
      controller.abort(new Error("enough"));
      expect(String(yield* failure(task))).toBe("Error: enough");
      expect(yield* failure(createTask(fetch(url, { signal: controller.signal })))).toBe(
        controller.signal.reason,
      );
    },
  );
});

test("fetch() says which address failed and why", async () => {
  await run(function* main() {
    const port = yield* fromPromise(closedPort());
    const url = `http://127.0.0.1:${port}/x`;
    expect(yield* failure(createTask(fetch(url)))).toMatchObject({
      name: "FetchError",
      code: "ECONNREFUSED",
      url,
      message: `Cannot fetch ${url}: connect ECONNREFUSED 127.0.0.1:${port}; start the server, or check host and port`,
    });
    const unknown = yield* failure(createTask(fetch("http://no-such-name.invalid/")));
    expect((unknown as { code: string }).code).toMatch(/^(ENOTFOUND|EAI_AGAIN)$/);
    expect((unknown as Error).message).toContain("no-such-name.invalid");
    expect(yield* failure(createTask(fetch("no address")))).toMatchObject({
      code: "ERR_INVALID_URL",
      message: expect.stringMatching(/^Cannot fetch string "no address": it is no address; /),
    });
  });
});

test("a connection that is reset in the middle of a body is an error with the address in it", async () => {
  let count = 0;
  const server = createTcpServer((socket: Socket) => {
    socket.once("data", () => {
      const head = "HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n";
      if (count++ > 0) {
        socket.resetAndDestroy();
        return;
      }
      socket.write(`${head}only this`, () => setImmediate(() => socket.resetAndDestroy()));
    });
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
  await run(function* main() {
    for (const action of ["read the body of", "fetch"]) {
      const task = createTask(function* get() {
        return yield* (yield* fetch(url)).text();
      });
      const error = (yield* failure(task)) as { code: string; message: string };
      expect(error.code).toBe("ECONNRESET");
      expect(error.message).toContain(`Cannot ${action} ${url}: `);
    }
  });
  server.close();
});

test("a hundred requests cancelled at random points leave no socket", async () => {
  const before = openSockets().length;
  const seed = Date.now() % 100_000;
  console.log(`seed ${seed}`);
  let state = seed;
  const random = (): number => {
    state = (state * 1_103_515_245 + 12_345) % 2_147_483_648;
    return state / 2_147_483_648;
  };
  await withNode(
    (_request, response) => {
      response.write("begun ");
      setTimeout(() => response.end("ended"), 3);
    },
    function* main(url, server) {
      const tasks = Array.from({ length: 100 }, () =>
        createTask(function* get() {
          return yield* (yield* fetch(url)).text();
        }),
      );
      for (const task of tasks) {
        yield* sleep(random() * 0.001);
        task.cancel();
      }
      for (const task of tasks) yield* fromPromise(until(() => task.done()));
      expect(tasks.every((task) => task.cancelled() || task.result() === "begun ended")).toBe(true);
      server.closeIdleConnections();
    },
  );
  await until(() => openSockets().length <= before);
});

test("fetch() raises for an answer without a status", async () => {
  const server = createTcpServer((socket) => {
    socket.once("data", () => socket.end("HTTP/1.1 000 Odd\r\nContent-Length: 2\r\n\r\nok"));
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
  await run(function* main() {
    expect(yield* failure(createTask(fetch(url)))).toMatchObject({
      code: "ERR_FETCH",
      message: `Cannot fetch ${url}: the server answered with status 0`,
    });
  });
  server.close();
});
