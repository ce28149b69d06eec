import {
  asyncWith,
  createTask,
  Event,
  fromPromise,
  isCancelled,
  run,
  sleep,
  waitFor,
} from "tsyncio";
import { expect, test } from "vitest";
import { fetch, type HttpServer, openWebSocket, serve, streamBody } from "../src/index.js";
import { openSockets, RawClient, until, withReports } from "./harness.js";

const GET = "GET / HTTP/1.1\r\nHost: x\r\n\r\n";

test("HttpServer.close() refuses new connections, lets requests end and closes idle connections", async () => {
  const before = openSockets().length;
  const begun = new Event();
  const door = new Event();
  await run(function* main() {
    const server = yield* serve(
      function* handler() {
        begun.set();
        yield* door.wait();
        return new Response("finished");
      },
      { port: 0 },
    );
    const { port } = server;
    const idle = new RawClient(port);
    yield* fromPromise(until(() => idle.socket.readyState === "open"));
    const busy = new RawClient(port);
    busy.send(GET);
    yield* begun.wait();
    server.close();
    server.close();
    yield* fromPromise(until(() => idle.closed));
    const late = new RawClient(port);
    yield* fromPromise(until(() => late.closed));
    expect(late.received).toBe("");
    expect(busy.closed).toBe(false);
    door.set();
    yield* server.waitClosed();
    yield* fromPromise(until(() => busy.closed));
    expect(busy.received).toMatch(/^HTTP\/1\.1 200 /);
    expect(busy.received.toLowerCase()).toContain("connection: close");
    expect(busy.received.endsWith("finished")).toBe(true);
    expect(server.address).toBe(null);
  });
  await until(() => openSockets().length <= before);
});

test("HttpServer.close() closes a connection on which only a part of the next request has come", async () => {
  await run(function* main() {
    const server = yield* serve(() => new Response("first"), { port: 0, grace: 60 });
    const client = new RawClient(server.port);
    client.send(GET);
    yield* fromPromise(until(() => client.received.endsWith("first")));
    client.send("GET / HT");
    yield* sleep("20ms");
    server.close();
    yield* waitFor(server.waitClosed(), 2);
    yield* fromPromise(until(() => client.closed));
  });
});

test("HttpServer.close() lets a response that is still on its way to a slow client arrive", async () => {
  const text = "x".repeat(16 * 1024 * 1024);
  await run(function* main() {
    const server = yield* serve(() => new Response(text), { port: 0 });
    const client = new RawClient(server.port);
    client.socket.pause();
    client.send(GET);
    yield* sleep("50ms");
    server.close();
    yield* sleep("20ms");
    client.socket.resume();
    yield* waitFor(server.waitClosed(), 4);
    yield* fromPromise(until(() => client.closed));
    expect(client.received.length).toBeGreaterThan(text.length);
  });
});

test("HttpServer.close() cancels what runs after the grace time and answers 503", async () => {
  let ended = "";
  await withReports(function* main(reports) {
    const server = yield* serve(
      function* handler() {
        try {
          yield* sleep(60);
        } catch (error) {
          yield* sleep("20ms");
          ended = isCancelled(error) ? error.message : "raised";
          throw error;
        }
        return new Response("");
      },
      { port: 0, grace: "30ms" },
    );
    const client = new RawClient(server.port);
    client.send(GET);
    yield* fromPromise(until(() => server.activeRequests === 1));
    yield* server.exit(undefined);
    expect(ended).toBe("the server closes");
    yield* fromPromise(until(() => client.closed));
    expect(client.received).toMatch(/^HTTP\/1\.1 503 /);
    expect(reports).toEqual([]);
  });
});

test("HttpServer.close() breaks off a response that goes on after the grace time", async () => {
  let ended = false;
  await withReports(function* main(reports) {
    const server = yield* serve(
      () =>
        new Response(
          streamBody(function* endless(emit) {
            try {
              for (;;) {
                yield* emit("more ");
                yield* sleep("5ms");
              }
            } finally {
              ended = true;
            }
          }),
        ),
      { port: 0, grace: "30ms" },
    );
    const response = yield* fetch(server.url);
    const reading = createTask(response.text());
    yield* server.exit(undefined);
    expect(ended).toBe(true);
    yield* fromPromise(until(() => reading.done()));
    expect(reading.exception()).toMatchObject({
      name: "FetchError",
      code: "ECONNRESET",
      message: expect.stringContaining(response.url) as string,
    });
    expect(reports).toEqual([]);
  });
});

test("HttpServer.close() tells WebSockets to go away", async () => {
  await run(function* main() {
    const texts: string[] = [];
    const server = yield* serve(
      function* handler(_request, context) {
        const socket = yield* context.upgradeWebSocket();
        texts.push(String(yield* socket.receive()));
        yield* socket.receive();
      },
      { port: 0 },
    );
    const socket = yield* openWebSocket(server.url.replace("http", "ws"));
    yield* socket.send("hello");
    yield* fromPromise(until(() => texts.length === 1));
    yield* waitFor(server.exit(undefined), 2);
    expect(socket.closeCode).toBe(1001);
    yield* socket.close();
  });
});

test("HttpServer.serveForever() closes the server when it is cancelled", async () => {
  await run(function* main() {
    const server = yield* serve(() => new Response("up"), { port: 0 });
    const { port, url } = server;
    const serving = createTask(server.serveForever());
    expect(yield* (yield* fetch(url)).text()).toBe("up");
    serving.cancel();
    yield* fromPromise(until(() => serving.done()));
    expect(serving.cancelled()).toBe(true);
    const refused = new RawClient(port);
    yield* fromPromise(until(() => refused.closed));
    expect(refused.received).toBe("");
  });
});

test("HttpServer.serveForever() ends when the server is closed", async () => {
  await run(function* main() {
    const server = yield* serve(() => new Response("up"), { port: 0 });
    const serving = createTask(server.serveForever());
    yield* sleep(0);
    server.close();
    yield* waitFor(serving, 2);
  });
});

test("an asyncWith block over a server that is cancelled while it closes aborts it", async () => {
  const before = openSockets().length;
  let server: HttpServer | undefined;
  await run(function* main() {
    const block = createTask(function* serving() {
      server = yield* serve(
        function* handler() {
          yield* sleep(60);
          return new Response("");
        },
        { port: 0, grace: null },
      );
      yield* asyncWith(server, function* body({ port }) {
        const client = new RawClient(port);
        client.send(GET);
        yield* fromPromise(until(() => server?.activeRequests === 1));
      });
    });
    yield* fromPromise(until(() => server?.activeRequests === 1));
    // Its body is over and it waits for the request, which never ends.
    yield* sleep("20ms");
    block.cancel();
    yield* fromPromise(until(() => block.done()));
    expect(block.cancelled()).toBe(true);
    yield* waitFor((server as HttpServer).waitClosed(), 2);
  });
  await until(() => openSockets().length <= before);
});
