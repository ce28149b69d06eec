import {
  asyncWith,
  ContextVar,
  type Coroutine,
  createTask,
  Event,
  fromPromise,
  gather,
  getRunningLoop,
  isCancelled,
  run,
  sleep,
  timeout,
} from "tsyncio";
import { expect, test } from "vitest";
import { fetch, serve, streamBody } from "../src/index.js";
import { asyncFunction } from "./async-function.js";
import { openSockets, RawClient, until, withReports, withServer } from "./harness.js";

test("serve() answers with what a coroutine function returns", async () => {
  const answer = await withServer(
    function* greet(request) {
      yield* sleep(0);
      const { pathname } = new URL(request.url);
      return new Response(`hello ${pathname}`, { status: 201, headers: { "x-by": "test" } });
    },
    function* main(server) {
      const response = yield* fetch(`${server.url}/world`);
      return [response.status, response.headers.get("x-by"), yield* response.text()];
    },
  );
  expect(answer).toEqual([201, "test", "hello /world"]);
});

test("serve() answers with what functions of the other forms return", async () => {
  const handlers = [
    () => new Response("plain"),
    async () => {
      await Promise.resolve();
      return new Response("promise");
    },
    asyncFunction("lowered", function* lowered() {
      yield sleep(0);
      return new Response("lowered");
    }),
    () => sleep(0, new Response("operation")),
  ];
  for (const [index, handler] of handlers.entries()) {
    const text = await withServer(handler, function* main(server) {
      return yield* (yield* fetch(server.url)).text();
    });
    expect(text).toBe(["plain", "promise", "lowered", "operation"][index]);
  }
});

test("serve() runs each request as a task of its own with a context of its own", async () => {
  const name = new ContextVar("name", { default: "nobody" });
  let together = 0;
  let most = 0;
  const texts = await withServer(
    function* handler(request) {
      name.set(new URL(request.url).pathname);
      most = Math.max(most, ++together);
      yield* sleep("20ms");
      together--;
      return new Response(name.get());
    },
    function* main(server) {
      const get = function* get(path: string): Coroutine<string> {
        return yield* (yield* fetch(`${server.url}${path}`)).text();
      };
      return yield* gather(get("/a"), get("/b"), get("/c"));
    },
  );
  expect(texts).toEqual(["/a", "/b", "/c"]);
  expect(most).toBe(3);
});

test("serve() answers 500 and reports what a handler raises, and goes on", async () => {
  await withServer(
    function* handler(request) {
      yield* sleep(0);
      if (request.url.endsWith("/bad")) throw new RangeError("broken");
      return new Response("fine");
    },
    function* main(server, reports) {
      const bad = yield* fetch(`${server.url}/bad`);
      expect([bad.status, yield* bad.text()]).toEqual([500, "Internal Server Error"]);
      expect(reports.map(({ message, exception }) => [message, String(exception)])).toEqual([
        [`Unhandled exception in the handler of GET ${server.url}/bad`, "RangeError: broken"],
      ]);
      expect((yield* fetch(`${server.url}/good`)).status).toBe(200);
    },
  );
});

test("serve() answers 500 and reports a handler that returns no Response", async () => {
  await withServer(
    () => undefined,
    function* main(server, reports) {
      expect((yield* fetch(server.url)).status).toBe(500);
      expect(reports[0]?.exception).toMatchObject({ code: "ERR_INVALID_RESPONSE" });
      expect(String(reports[0]?.exception)).toContain(`GET ${server.url}/`);
    },
  );
});

test("serve() answers 500 for a response that cannot be sent, and goes on", async () => {
  const bad = (): Response => new Response("x", { headers: { "x-bad": "a\nsecret" } });
  await withServer(
    (request) => {
      if (request.url.endsWith("/now")) return bad();
      if (request.url.endsWith("/later")) return Promise.resolve().then(bad);
      return new Response("fine");
    },
    function* main(server, reports) {
      for (const [index, path] of ["/now", "/later"].entries()) {
        const response = yield* fetch(`${server.url}${path}`);
        expect([response.status, yield* response.text()]).toEqual([500, "Internal Server Error"]);
        expect(reports[index]).toMatchObject({
          message: `Cannot send the response to GET ${server.url}${path}`,
          exception: { code: "ERR_INVALID_CHAR" },
        });
      }
      expect((yield* fetch(`${server.url}/good`)).status).toBe(200);
      expect(reports.length).toBe(2);
    },
  );
});

test("serve() breaks off a response whose body has another length than its head says, and reports it", async () => {
  const bodies: Record<string, () => string | ReadableStream<Uint8Array>> = {
    "/text": () => "hello",
    "/stream": () => streamBody(["hel", "lo"]),
    "/right": () => "abc",
  };
  await withServer(
    function* handler(request) {
      const body = bodies[new URL(request.url).pathname]?.() ?? null;
      return new Response(body, { headers: { "content-length": "3" } });
    },
    function* main(server, reports) {
      for (const path of ["/text", "/stream"]) {
        const client = new RawClient(server.port);
        client.send(
          `GET ${path} HTTP/1.1\r\nHost: x\r\n\r\nGET /right HTTP/1.1\r\nHost: x\r\n\r\n`,
        );
        yield* fromPromise(until(() => client.closed));
        expect(client.received).not.toContain("hello");
        expect(client.received).not.toContain("abc");
      }
      expect(reports.map(({ message }) => message)).toEqual([
        `Cannot send the response to GET ${server.url.replace(/127.*/, "x")}/text`,
        `Cannot send the response to GET ${server.url.replace(/127.*/, "x")}/stream`,
      ]);
      expect(yield* (yield* fetch(`${server.url}/right`)).text()).toBe("abc");
      expect((yield* fetch(`${server.url}/right`, { method: "HEAD" })).status).toBe(200);
      expect(reports.length).toBe(2);
    },
  );
});

test("serve() answers 504 for a TimeoutError that leaves the handler", async () => {
  await withServer(
    function* handler() {
      yield* asyncWith(timeout("10ms"), () => sleep(10));
      return new Response("late");
    },
    function* main(server, reports) {
      expect((yield* fetch(server.url)).status).toBe(504);
      expect(reports.length).toBe(1);
    },
  );
});

test("serve() answers 504 at the deadline, at once, and cancels the handler", async () => {
  const log: string[] = [];
  const cleaned = new Event();
  await withServer(
    function* handler() {
      try {
        yield* sleep(60);
      } catch (error) {
        log.push(`cancelled: ${(error as Error).message}`);
        yield* cleaned.wait();
        log.push("cleaned");
        throw error;
      }
      return new Response("late");
    },
    function* main(server, reports) {
      const response = yield* fetch(server.url);
      expect(response.status).toBe(504);
      expect(log).toEqual(["cancelled: the deadline of the request has passed"]);
      expect(server.activeRequests).toBe(1);
      cleaned.set();
      yield* fromPromise(until(() => server.activeRequests === 0));
      expect(log.at(-1)).toBe("cleaned");
      expect(reports).toEqual([]);
    },
    { deadline: "30ms" },
  );
});

test("serve() takes a deadline for each request from a function", async () => {
  const statuses = await withServer(
    function* handler() {
      yield* sleep("50ms");
      return new Response("done");
    },
    function* main(server) {
      const responses = yield* gather(fetch(`${server.url}/slow`), fetch(`${server.url}/fast`));
      return responses.map(({ status }) => status);
    },
    { deadline: (request) => (request.url.endsWith("/fast") ? "5ms" : null) },
  );
  expect(statuses).toEqual([200, 504]);
});

test("serve() cancels a handler within a turn when its client goes away", async () => {
  const begun = new Event();
  let ended: string | undefined;
  await withServer(
    function* handler() {
      begun.set();
      try {
        yield* sleep(60);
      } catch (error) {
        ended = isCancelled(error) ? error.message : "raised";
        throw error;
      }
      return new Response("late");
    },
    function* main(server, reports) {
      for (const leave of ["vanish", "end"] as const) {
        ended = undefined;
        begun.clear();
        const client = new RawClient(server.port);
        client.send("GET / HTTP/1.1\r\nHost: x\r\n\r\n");
        yield* begun.wait();
        if (leave === "vanish") client.vanish();
        else client.socket.end();
        yield* fromPromise(until(() => ended !== undefined));
        expect(ended).toBe("the client has gone away");
      }
      yield* fromPromise(until(() => server.activeRequests === 0));
      expect(reports).toEqual([]);
    },
  );
});

test("serve() aborts the request's signal when its client goes away and at the deadline", async () => {
  const aborted: string[] = [];
  const handler = (request: Request): Promise<Response> =>
    new Promise((resolve) => {
      request.signal.addEventListener("abort", () => {
        aborted.push(String(request.signal.reason));
        resolve(new Response("never seen"));
      });
    });
  await withServer(
    handler,
    function* main(server) {
      const client = new RawClient(server.port);
      client.send("GET / HTTP/1.1\r\nHost: x\r\n\r\n");
      yield* fromPromise(until(() => server.activeRequests === 1));
      client.vanish();
      yield* fromPromise(until(() => aborted.length === 1));
      expect((yield* fetch(server.url)).status).toBe(504);
      expect(aborted[1]).toBe("the deadline of the request has passed");
    },
    { deadline: "100ms" },
  );
});

test("a run that ends without closing its server leaves no socket and no task", async () => {
  const before = openSockets().length;
  let ended = false;
  await run(function* main() {
    const server = yield* serve(
      function* handler() {
        try {
          yield* sleep(60);
        } finally {
          ended = true;
        }
        return new Response("");
      },
      { port: 0 },
    );
    const client = new RawClient(server.port);
    client.send("GET / HTTP/1.1\r\nHost: x\r\n\r\n");
    yield* fromPromise(until(() => server.activeRequests === 1));
  });
  expect(ended).toBe(true);
  await until(() => openSockets().length <= before);
});

test("tasks that a handler starts belong to the server's run and outlive the request", async () => {
  const log: string[] = [];
  await withReports(function* main() {
    const done = new Event();
    const server = yield* serve(
      function* handler() {
        createTask(function* background() {
          yield* sleep("20ms");
          log.push("background");
          done.set();
        });
        return new Response("first");
      },
      { port: 0 },
    );
    log.push(yield* (yield* fetch(server.url)).text());
    yield* done.wait();
    yield* server.exit(undefined);
    expect(getRunningLoop().isRunning()).toBe(true);
  });
  expect(log).toEqual(["first", "background"]);
});
