import { once } from "node:events";
import { asyncFor, asyncWith, type Coroutine, createTask, Event, fromPromise, wait } from "tsyncio";
import { expect, test } from "vitest";
import { WebSocketServer } from "ws";
import {
  type Handler,
  type HttpServer,
  openWebSocket,
  type UpgradeOptions,
  type WebSocketConnection,
} from "../src/index.js";
import { failure, RawClient, until, withServer } from "./harness.js";

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

test("WebSocketConnection refuses messages and closes that cannot be sent", async () => {
  await withServer(echo, function* main(server) {
    yield* asyncWith(openWebSocket(addressOf(server)), function* use(socket) {
      expect(yield* failure(createTask(socket.send(5 as never)))).toMatchObject({
        code: "ERR_INVALID_ARG",
        message: `Cannot send to ${socket.url}: expected a string or bytes, got 5`,
      });
      for (const [code, reason, text] of [
        [1006, "", "code must be 1000 or from 3000 to 4999, got 1006"],
        [5000, "", "got 5000"],
        [1000, "é".repeat(62), "the reason may have 123 bytes, got 124"],
      ] as const) {
        expect(() => socket.close(code, reason)).toThrow(
          expect.objectContaining({
            code: "ERR_INVALID_ARG",
            message: expect.stringContaining(text) as string,
          }),
        );
      }
      yield* socket.send("still open");
      expect(yield* socket.receive()).toBe("still open");
    });
  });
});

test("a message over maxSize closes the connection with 1009", async () => {
  const errors: unknown[] = [];
  await withServer(
    each(
      function* handler(socket) {
        try {
          yield* socket.receive();
        } catch (error) {
          errors.push(error);
          throw error;
        }
      },
      { maxSize: 100 },
    ),
    function* main(server, reports) {
      const socket = yield* openWebSocket(addressOf(server));
      yield* socket.send("x".repeat(101));
      expect(yield* failure(createTask(socket.receive()))).toMatchObject({ closeCode: 1009 });
      expect(errors).toMatchObject([
        {
          code: "ERR_WEBSOCKET_CLOSED",
          message: expect.stringContaining("longer than 100 bytes; raise maxSize") as string,
        },
      ]);
      expect(reports).toEqual([]);
    },
  );
});

test("WebSocketConnection.ping() takes one answer of several, and none after it is cancelled", async () => {
  const go = new Event();
  await withServer(
    each(
      function* handler(socket) {
        expect(yield* socket.ping()).toBeGreaterThanOrEqual(0);
        const second = createTask(socket.ping());
        yield* go.wait();
        second.cancel();
        yield* wait([second]);
        yield* socket.send(second.cancelled() ? "cancelled" : "answered");
      },
      { pingInterval: null },
    ),
    function* main(server, reports) {
      const client = new RawClient(server.port);
      client.send("GET / HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n");
      client.send(
        "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n",
      );
      // Frames: 0x89 is a ping, 0x8a a pong; those of a client have a mask, here of zeros.
      const pong = (payload: string): string =>
        `\x8a${String.fromCharCode(0x80 | payload.length)}\0\0\0\0${payload}`;
      yield* fromPromise(until(() => client.received.includes("\x89\x011")));
      client.send(pong("1").repeat(3));
      yield* fromPromise(until(() => client.received.includes("\x89\x012")));
      go.set();
      client.send(pong("2").repeat(2));
      yield* fromPromise(until(() => /cancelled|answered/.test(client.received)));
      client.vanish();
      yield* fromPromise(until(() => server.activeRequests === 0));
      expect(reports).toEqual([]);
    },
  );
});

test("a WebSocket that gives no sign of life is given up", async () => {
  await withServer(
    () => new Response(""),
    function* main(server) {
      const silent = new WebSocketServer({ port: 0, host: "127.0.0.1", autoPong: false });
      yield* fromPromise(once(silent, "listening"));
      const { port } = silent.address() as { port: number };
      const socket = yield* openWebSocket(`ws://127.0.0.1:${port}`, {
        pingInterval: "10ms",
        pingTimeout: "20ms",
      });
      const error = yield* failure(createTask(socket.receive()));
      expect(error).toMatchObject({
        closeCode: 1006,
        message: expect.stringContaining("the connection was lost") as string,
        cause: { name: "TimeoutError" },
      });
      silent.close();
      void server;
    },
  );
});
