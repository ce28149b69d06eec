import { once } from "node:events";
import { connect, createServer } from "node:net";
import {
  asyncFor,
  asyncWith,
  BREAK,
  type Coroutine,
  createTask,
  Event,
  fromPromise,
  gather,
  isCancelled,
  run,
  sleep,
  waitFor,
} from "tsyncio";
import { expect, test } from "vitest";
import { WebSocket } from "ws";
import {
  fetch,
  type Handler,
  type HttpServer,
  openWebSocket,
  type UpgradeOptions,
  type WebSocketConnection,
} from "../src/index.js";
import { closedPort, failure, openSockets, RawClient, until, withServer } from "./harness.js";

/** A handler that is given the WebSocket of each request. */
function each(
  body: (socket: WebSocketConnection, request: Request) => Coroutine<unknown>,
  options: UpgradeOptions = {},
): Handler {
  return function* handler(request, context) {
    yield* body(yield* context.upgradeWebSocket(options), request);
  };
}

const echo = each(function* echo(socket) {
  yield* asyncFor(socket, function* back(message) {
    yield* socket.send(message);
  });
});

const addressOf = (server: HttpServer): string => server.url.replace("http", "ws");

test("openWebSocket() and upgradeWebSocket() exchange text and bytes, in order", async () => {
  await withServer(echo, function* main(server, reports) {
    yield* asyncWith(openWebSocket(`${addressOf(server)}/chat`), function* use(socket) {
      yield* socket.send("grüße");
      yield* socket.send(new Uint8Array([1, 2, 3]));
      yield* socket.send("");
      expect(yield* socket.receive()).toBe("grüße");
      expect(yield* socket.receive()).toEqual(Buffer.from([1, 2, 3]));
      expect(yield* socket.receive()).toBe("");
      expect(yield* socket.ping()).toBeGreaterThan(0);
      expect(socket.url).toBe(`${addressOf(server)}/chat`);
    });
    yield* fromPromise(until(() => server.activeRequests === 0));
    expect(reports).toEqual([]);
  });
});

test("a WebSocket is seen open and closed alike by both sides", async () => {
  const codes: unknown[] = [];
  await withServer(
    each(
      function* handler(socket) {
        yield* asyncFor(socket, function* ignore() {});
        codes.push([socket.protocol, socket.closeCode, socket.closeReason]);
      },
      { protocols: ["v2", "v1"] },
    ),
    function* main(server) {
      const socket = yield* openWebSocket(addressOf(server), { protocols: ["v1", "v2"] });
      expect([socket.protocol, socket.closeCode]).toEqual(["v2", undefined]);
      yield* socket.close(3001, "enough");
      yield* socket.close();
      expect([socket.closeCode, socket.closeReason]).toEqual([3001, "enough"]);
      yield* fromPromise(until(() => server.activeRequests === 0));
      const late = yield* failure(createTask(socket.send("late")));
      expect(late).toMatchObject({
        code: "ERR_WEBSOCKET_CLOSED",
        closeCode: 3001,
        message: `Cannot send to ${socket.url}: it was closed (3001): enough; open it again`,
      });
    },
  );
  // A close that is no normal one raises in the loop over messages.
  expect(codes).toEqual([]);
});

test("a handler that ends closes its WebSocket by 1000, one that fails by 1011", async () => {
  await withServer(
    each(function* handler(_socket, request) {
      if (request.url.endsWith("/fails")) throw new RangeError("broken");
    }),
    function* main(server, reports) {
      for (const [path, code] of [
        ["/ends", 1000],
        ["/fails", 1011],
      ] as const) {
        const socket = yield* openWebSocket(`${addressOf(server)}${path}`);
        const error = yield* failure(createTask(socket.receive()));
        expect(error).toMatchObject({ code: "ERR_WEBSOCKET_CLOSED", closeCode: code });
      }
      expect(reports.map(({ exception }) => String(exception))).toEqual(["RangeError: broken"]);
    },
  );
});

test("messages that came before the close are received after it, and then the loop ends", async () => {
  const seen: unknown[] = [];
  await withServer(
    each(function* handler(socket) {
      for (const text of ["one", "two", "three"]) yield* socket.send(text);
    }),
    function* main(server) {
      const socket = yield* openWebSocket(addressOf(server));
      yield* fromPromise(until(() => socket.closeCode !== undefined));
      yield* asyncFor(socket, function* take(message) {
        seen.push(message);
      });
    },
  );
  expect(seen).toEqual(["one", "two", "three"]);
});

test("WebSocketConnection.receive() that is cancelled loses no message; two at once are refused", async () => {
  await withServer(echo, function* main(server) {
    yield* asyncWith(openWebSocket(addressOf(server)), function* use(socket) {
      expect(yield* failure(createTask(waitFor(socket.receive(), "5ms")))).toMatchObject({
        name: "TimeoutError",
      });
      yield* socket.send("kept");
      const [first, second] = [createTask(socket.receive()), createTask(socket.receive())];
      expect(yield* failure(second)).toMatchObject({ code: "ERR_CONCURRENT_RECEIVE" });
      expect(yield* first).toBe("kept");
    });
  });
});

test("WebSocketConnection.send() waits while the other side does not read", async () => {
  const go = new Event();
  let received = 0;
  await withServer(
    each(
      function* slow(socket) {
        yield* go.wait();
        yield* asyncFor(socket, function* count(message) {
          received += message.length;
          return received === 64 * 1024 * 1024 ? BREAK : undefined;
        });
      },
      { queue: 4, pingInterval: null },
    ),
    function* main(server) {
      const socket = yield* openWebSocket(addressOf(server));
      const chunk = new Uint8Array(256 * 1024);
      let sent = 0;
      const sending = createTask(function* send() {
        for (; sent < 256; sent++) yield* socket.send(chunk);
      });
      let last = -1;
      while (sent !== last || sent === 0) {
        last = sent;
        yield* sleep("100ms");
      }
      expect(sent).toBeLessThan(128);
      expect(socket.bufferedAmount).toBeLessThan(1024 * 1024);
      go.set();
      yield* sending;
      yield* fromPromise(until(() => received === 64 * 1024 * 1024));
      yield* socket.close();
    },
  );
});

test("a lost connection raises in receive(), and cancels a handler that does not receive", async () => {
  const ends: string[] = [];
  const begun = new Event();
  await withServer(
    each(function* handler(socket, request) {
      begun.set();
      try {
        if (request.url.endsWith("/receives")) yield* socket.receive();
        else yield* sleep(60);
      } catch (error) {
        ends.push(isCancelled(error) ? "cancelled" : (error as { code: string }).code);
        throw error;
      }
    }),
    function* main(server, reports) {
      for (const path of ["/receives", "/sleeps"]) {
        begun.clear();
        const client = new WebSocket(`${addressOf(server)}${path}`);
        client.on("error", () => {});
        yield* begun.wait();
        yield* fromPromise(until(() => client.readyState === WebSocket.OPEN));
        client.terminate();
        yield* fromPromise(until(() => server.activeRequests === 0));
      }
      expect(ends).toEqual(["ERR_WEBSOCKET_CLOSED", "cancelled"]);
      expect(reports).toEqual([]);
    },
  );
});

test("upgradeWebSocket() for a plain request is answered by 426, a refused upgrade by what the handler says", async () => {
  await withServer(
    function* handler(request, context) {
      if (request.url.endsWith("/no")) return new Response("not you", { status: 403 });
      yield* context.upgradeWebSocket();
      return undefined;
    },
    function* main(server, reports) {
      const plain = yield* fetch(server.url);
      expect([plain.status, plain.headers.get("upgrade")]).toEqual([426, "websocket"]);
      const refused = yield* failure(createTask(openWebSocket(`${addressOf(server)}/no`)));
      expect(refused).toMatchObject({
        name: "WebSocketError",
        code: "ERR_WEBSOCKET_HANDSHAKE",
        status: 403,
        message: `Cannot open ${addressOf(server)}/no: the server answered 403 Forbidden; expected 101`,
      });
      const client = new RawClient(server.port);
      client.send("GET / HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n");
      yield* fromPromise(until(() => client.closed));
      expect(client.received).toMatch(/^HTTP\/1\.1 400 /);
      const other = new RawClient(server.port);
      other.send("GET /no HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: h2c\r\n\r\n");
      yield* fromPromise(until(() => other.closed));
      const posted = new RawClient(server.port);
      posted.send("POST /no HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: h2c\r\n");
      posted.send("Content-Length: 4\r\n\r\nbody");
      yield* fromPromise(until(() => posted.closed));
      expect(posted.received).toMatch(/^HTTP\/1\.1 (501|403) /);
      expect(other.received).toMatch(/^HTTP\/1\.1 403 .*not you$/s);
      expect(reports).toEqual([]);
    },
  );
});

test("openWebSocket() says which address failed and why, and leaves nothing when it is cancelled", async () => {
  const before = openSockets().length;
  await run(function* main() {
    const port = yield* fromPromise(closedPort());
    expect(yield* failure(createTask(openWebSocket(`ws://127.0.0.1:${port}/x`)))).toMatchObject({
      code: "ECONNREFUSED",
      url: `ws://127.0.0.1:${port}/x`,
      message: `Cannot open ws://127.0.0.1:${port}/x: connect ECONNREFUSED 127.0.0.1:${port}; start the server, or check host and port`,
    });
  });
  const deaf = createServer().listen(0, "127.0.0.1");
  await once(deaf, "listening");
  const url = `ws://127.0.0.1:${(deaf.address() as { port: number }).port}`;
  await run(function* main() {
    const task = createTask(openWebSocket(url));
    yield* sleep("10ms");
    task.cancel();
    yield* fromPromise(until(() => task.done()));
    expect(task.cancelled()).toBe(true);
    expect(yield* failure(createTask(openWebSocket(url, { timeout: "10ms" })))).toMatchObject({
      name: "TimeoutError",
      message: `Cannot open ${url}/: it took too long`,
    });
  });
  deaf.close();
  await until(() => openSockets().length <= before);
});

test("a run that ends frees the WebSockets it has opened", async () => {
  const before = openSockets().length;
  await withServer(echo, function* main(server) {
    const socket = yield* openWebSocket(addressOf(server));
    expect(socket.closeCode).toBe(undefined);
  });
  await until(() => openSockets().length <= before);
});

test("a hundred WebSockets broken off at random points leave no socket and no request", async () => {
  const before = openSockets().length;
  const seed = Date.now() % 100_000;
  console.log(`seed ${seed}`);
  let state = seed;
  const random = (): number => {
    state = (state * 1_103_515_245 + 12_345) % 2_147_483_648;
    return state / 2_147_483_648;
  };
  await withServer(echo, function* main(server, reports) {
    const url = addressOf(server);
    const talk = function* talk(): Coroutine<void> {
      yield* asyncWith(openWebSocket(url), function* use(socket) {
        for (;;) {
          yield* socket.send("x");
          yield* socket.receive();
        }
      });
    };
    const tasks = Array.from({ length: 100 }, () => createTask(talk()));
    for (const task of tasks) {
      yield* sleep(random() * 0.002);
      task.cancel();
    }
    yield* gather(tasks, { returnExceptions: true });
    const raw = connect(server.port, "127.0.0.1").on("error", () => {});
    raw.resetAndDestroy();
    yield* fromPromise(until(() => server.activeRequests === 0));
    expect(reports).toEqual([]);
  });
  await until(() => openSockets().length <= before);
});
