import { createServer, connect as netConnect, type Socket } from "node:net";
import { connect as tlsConnect } from "node:tls";
import { describe, expect, it } from "vitest";
import { raisedBy, withCode } from "../../test/errors.js";
import {
  asyncWith,
  type Coroutine,
  createTask,
  getRunningLoop,
  isCancelled,
  run,
  sleep,
  TimeoutError,
} from "../index.js";
import { waitForEvent } from "../interop/wait-for-event.js";
import { runVirtual } from "../testing.js";
import { openConnection, openUnixConnection } from "./open-connection.js";
import { leavesNoResources } from "./resources.contract.js";
import type { Server } from "./server.js";
import { type ServerOptions, startServer } from "./start-server.js";
import { certificates } from "./stream-kinds.contract.js";
import type { StreamReader } from "./stream-reader.js";
import type { StreamWriter } from "./stream-writer.js";

leavesNoResources();

function* greet(_reader: StreamReader, writer: StreamWriter): Coroutine<void> {
  writer.write("hello");
  writer.close();
}

/** Runs `block` with the port of a server that greets. */
function greeting(
  block: (port: number, server: Server) => Coroutine<void>,
  options: ServerOptions = {},
): Promise<void> {
  return run(() =>
    asyncWith(startServer(greet, "127.0.0.1", 0, { grace: 0, ...options }), (server) =>
      block(server.port, server),
    ),
  );
}

/** It still greets whoever comes. */
function* expectServing(port: number, tls = false): Coroutine<void> {
  const options = tls ? { tls: certificates.authority } : {};
  yield* asyncWith(openConnection("127.0.0.1", port, options), function* talk([reader]) {
    expect(String(yield* reader.read())).toBe("hello");
  });
}

/** A port nobody listens on. */
function* freePort(): Coroutine<number> {
  const server = yield* startServer(greet, "127.0.0.1", 0);
  const port = server.port;
  server.close();
  yield* server.waitClosed();
  return port;
}

describe("openConnection()", () => {
  it("tells about the connection", () =>
    greeting(function* talk(port) {
      const connection = openConnection("localhost", port, { localAddress: "127.0.0.1" });
      yield* asyncWith(connection, function* ask([, writer]) {
        expect(writer.getExtraInfo("peername")).toEqual({
          address: "127.0.0.1",
          port,
          family: "IPv4",
        });
        expect(writer.getExtraInfo("sockname")).toMatchObject({ address: "127.0.0.1" });
        expect(writer.getExtraInfo("socket")?.remotePort).toBe(port);
        expect(writer.getExtraInfo("cipher")).toBe(undefined);
        expect(writer.getExtraInfo("peercert", "none")).toBe("none");
        expect(String(writer)).toContain(`127.0.0.1:${port}`);
      });
    }));

  it("raises a refused connection with its address, and leaves nothing", async () => {
    await run(function* main() {
      const port = yield* freePort();
      const error = yield* raisedBy(openConnection("127.0.0.1", port));
      expect(error).toMatchObject({
        name: "ConnectionError",
        code: "ECONNREFUSED",
        address: `127.0.0.1:${port}`,
        cause: { syscall: "connect" },
      });
      expect(String(error)).toContain(`Cannot connect to 127.0.0.1:${port}: `);
    });
  });

  it("raises a name that does not resolve", async () => {
    await run(function* main() {
      const error = yield* raisedBy(openConnection("no-such-host.invalid", 1));
      expect(["ENOTFOUND", "EAI_AGAIN"]).toContain((error as { code: string }).code);
      expect(String(error)).toContain("no-such-host.invalid:1");
    });
  });

  it("raises a path on which nobody listens", async () => {
    await run(function* main() {
      const error = yield* raisedBy(openUnixConnection("/nonexistent/socket"));
      expect(error).toMatchObject({ code: "ENOENT", address: "/nonexistent/socket" });
    });
  });

  /** A name with an address on which nobody listens, and one that answers. */
  const twoAddresses: NonNullable<Parameters<typeof openConnection>[2]>["lookup"] = (
    _name,
    options,
    callback,
  ) => {
    const found = [
      { address: "::1", family: 6 },
      { address: "127.0.0.1", family: 4 },
    ];
    if (options.all === true) callback(null, found);
    else callback(null, "::1", 6);
  };

  it("tries every address of a name, and names them all when none answers", () =>
    greeting(function* talk(port) {
      const options = { lookup: twoAddresses, autoSelectFamilyAttemptTimeout: "50ms" } as const;
      const [reader, writer] = yield* openConnection("both.test", port, options);
      expect(String(yield* reader.read())).toBe("hello");
      writer.close();
      const single = { lookup: twoAddresses, autoSelectFamily: false };
      const error = yield* raisedBy(openConnection("both.test", port, single));
      expect(String(error)).toContain("::1");
      const nobody = yield* freePort();
      const all = String(yield* raisedBy(openConnection("both.test", nobody, options)));
      for (const part of ["both.test", "::1", "127.0.0.1"]) expect(all).toContain(part);
    }));

  it("gives up after its timeout", async () => {
    const silent = createServer(() => {}).listen(0, "127.0.0.1");
    const sockets = new Set<Socket>();
    silent.on("connection", (socket) => sockets.add(socket));
    await run(function* main() {
      yield* waitForEvent(silent, "listening");
      const { port } = silent.address() as { port: number };
      for (const limits of [{ timeout: "20ms" }, { handshakeTime: 0.02 }] as const) {
        const options = { tls: certificates.authority, ...limits };
        const error = yield* raisedBy(openConnection("127.0.0.1", port, options));
        expect(error).toBeInstanceOf(TimeoutError);
        expect(String(error)).toContain(`127.0.0.1:${port}`);
        expect(String(error)).toContain("0.02 s");
      }
    });
    for (const socket of sockets) socket.destroy();
    silent.close();
  });

  it("leaves nothing when it is cancelled, in whichever turn", () =>
    greeting(function* talk(plain) {
      const tls = certificates.localhost;
      yield* asyncWith(startServer(greet, "127.0.0.1", 0, { tls }), function* cancel(server) {
        for (let turns = 0; turns < 12; turns++) {
          for (const [port, options] of [
            [plain, {}],
            [server.port, { tls: certificates.authority }],
          ] as const) {
            const task = createTask(openConnection("127.0.0.1", port, options));
            for (let turn = 0; turn < turns; turn++) yield* sleep(turn % 3 === 2 ? "1ms" : 0);
            if (task.cancel()) expect(isCancelled(yield* raisedBy(task))).toBe(true);
            else (yield* task)[1].abort();
          }
        }
      });
    }));

  it("is refused on a host without I/O", () => {
    runVirtual(function* main() {
      for (const opening of [openConnection("localhost", 1), openUnixConnection("/x")]) {
        expect(yield* raisedBy(opening)).toMatchObject({ code: "ERR_NO_IO" });
      }
      expect(yield* raisedBy(startServer(greet, null, 0))).toMatchObject({ code: "ERR_NO_IO" });
    });
  });

  it("refuses wrong arguments", () => {
    expect(() => openConnection("", 1)).toThrow(withCode("ERR_INVALID_ARG"));
    expect(() => openConnection("localhost", 70_000)).toThrow(withCode("ERR_INVALID_ARG"));
    expect(() => openConnection("localhost", 1, { limit: -1 })).toThrow(
      withCode("ERR_INVALID_ARG"),
    );
    expect(() => openUnixConnection("")).toThrow(withCode("ERR_INVALID_ARG"));
    expect(() =>
      openConnection("localhost", 1, { tls: true, handshakeTime: "zz" as "1s" }),
    ).toThrow(withCode("ERR_INVALID_DURATION"));
  });
});

describe("a reset in mid-read", () => {
  /** More than what a connection holds: who goes before it was read resets the connection. */
  const MUCH = Buffer.alloc(20_000_000);

  it("raises ECONNRESET with the address, at the client", () =>
    greeting(function* talk(port) {
      const server = startServer(
        function* handle(reader, writer) {
          yield* reader.readExactly(1);
          writer.getExtraInfo("socket")?.destroy();
        },
        "127.0.0.1",
        0,
      );
      yield* asyncWith(server, function* ask(resetting) {
        const address = `127.0.0.1:${resetting.port}`;
        const [reader, writer] = yield* openConnection("127.0.0.1", resetting.port);
        writer.write(MUCH);
        const error = yield* raisedBy(reader.readExactly(5));
        expect(error).toMatchObject({ name: "ConnectionError", address });
        expect(["ECONNRESET", "EPIPE"]).toContain((error as { code: string }).code);
        expect(String(error)).toContain(address);
        expect(yield* raisedBy(writer.drain())).toBe(error);
        expect(yield* raisedBy(writer.waitClosed())).toBe(error);
      });
      yield* expectServing(port);
    }));

  it("raises ECONNRESET with the address, at the server", async () => {
    await run(function* main() {
      const seen = getRunningLoop().createFuture<unknown>();
      const server = startServer(
        function* handle(reader, writer) {
          writer.write(MUCH);
          seen.setResult(yield* raisedBy(reader.readExactly(100)));
        },
        "127.0.0.1",
        0,
      );
      yield* asyncWith(server, function* vanish(listening) {
        const client = netConnect(listening.port, "127.0.0.1");
        yield* waitForEvent(client, "connect");
        const address = `127.0.0.1:${client.localPort}`;
        client.once("data", () => client.destroy());
        expect(yield* seen).toMatchObject({ name: "ConnectionError", address });
        expect(String(yield* seen)).toContain(`from ${address}`);
      });
    });
  });
});

describe("a line over the limit", () => {
  it("raises the address, and the server goes on", async () => {
    const seen: unknown[] = [];
    await run(function* main() {
      const server = startServer(
        function* handle(reader, writer) {
          seen.push(yield* raisedBy(reader.readLine()));
          writer.write("too long");
          writer.close();
        },
        "127.0.0.1",
        0,
        { limit: 100 },
      );
      yield* asyncWith(server, function* talk(listening) {
        for (let round = 0; round < 2; round++) {
          const port = listening.port;
          yield* asyncWith(openConnection("127.0.0.1", port), function* ask([reader, writer]) {
            const { port: own } = writer.getExtraInfo("sockname") as { port: number };
            writer.write(`${"x".repeat(300)}\n`);
            expect(String(yield* reader.read())).toBe("too long");
            expect(seen[round]).toMatchObject({ code: "ERR_LIMIT_OVERRUN" });
            expect(String(seen[round])).toContain(`127.0.0.1:${own}`);
          });
        }
      });
    });
  });
});

describe("TLS", () => {
  const secure = { tls: certificates.localhost };

  it("tells the certificate and the cipher", () =>
    greeting(function* talk(port) {
      const options = { tls: certificates.authority };
      yield* asyncWith(openConnection("localhost", port, options), function* ask([reader, writer]) {
        expect(writer.getExtraInfo("peercert")?.subject.CN).toBe("localhost");
        expect(writer.getExtraInfo("cipher")?.version).toMatch(/^TLSv1/);
        expect(writer.getExtraInfo("sslObject")?.authorized).toBe(true);
        expect(String(yield* reader.read())).toBe("hello");
      });
    }, secure));

  it("refuses a certificate that nobody trusts", () =>
    greeting(function* talk(port) {
      const error = yield* raisedBy(openConnection("127.0.0.1", port, { tls: true }));
      expect(error).toMatchObject({
        name: "ConnectionError",
        code: "UNABLE_TO_VERIFY_LEAF_SIGNATURE",
        address: `127.0.0.1:${port}`,
      });
      expect(String(error)).toContain(`127.0.0.1:${port}`);
      yield* expectServing(port, true);
    }, secure));

  it("refuses a certificate for another name, and accepts it under that name", () =>
    greeting(
      function* talk(port) {
        const { authority } = certificates;
        const error = yield* raisedBy(openConnection("localhost", port, { tls: authority }));
        expect(error).toMatchObject({ code: "ERR_TLS_CERT_ALTNAME_INVALID" });
        expect(String(error)).toContain(`localhost:${port}`);
        const tls = { ...authority, servername: "elsewhere.example" };
        const [reader, writer] = yield* openConnection("localhost", port, { tls });
        expect(String(yield* reader.read())).toBe("hello");
        writer.close();
        yield* writer.waitClosed();
      },
      { tls: certificates.elsewhere },
    ));

  it("raises when the other end does not speak it, and the server goes on", async () => {
    await greeting(function* talk(port) {
      const options = { tls: certificates.authority };
      const error = yield* raisedBy(openConnection("127.0.0.1", port, options));
      expect(error).toMatchObject({ name: "ConnectionError", address: `127.0.0.1:${port}` });
      yield* expectServing(port);
    });
    await greeting(function* talk(port) {
      yield* asyncWith(openConnection("127.0.0.1", port), function* ask([reader, writer]) {
        writer.write("GET / HTTP/1.0\r\n\r\n");
        yield* raisedBy(sized(reader));
      });
      yield* expectServing(port, true);
    }, secure);
  });

  function* sized(reader: StreamReader): Coroutine<never> {
    throw new Error(`${(yield* reader.read()).length} bytes`);
  }

  it("names the address of a peer that was gone before the handler began", async () => {
    await run(function* main() {
      const seen = getRunningLoop().createFuture<unknown[]>();
      const handler = function* handle(_reader: StreamReader, writer: StreamWriter) {
        seen.setResult([writer.getExtraInfo("socket")?.remoteAddress, String(writer)]);
      };
      const server = startServer(handler, "127.0.0.1", 0, secure);
      yield* asyncWith(server, function* vanish(listening) {
        const raw = netConnect(listening.port, "127.0.0.1");
        const tls = { servername: "localhost", ...certificates.authority };
        const client = tlsConnect({ socket: raw, ...tls });
        let address = "";
        client.once("secureConnect", () => {
          address = `127.0.0.1:${raw.localPort}`;
          // The handshake has left by then, and the server has not seen it yet.
          setImmediate(() => raw.resetAndDestroy());
        });
        expect(yield* seen).toEqual([undefined, `<StreamWriter open to ${address}>`]);
      });
    });
  });

  it("keeps the loop's clock out of a connection that is made", async () => {
    await greeting(function* talk(port) {
      const before = getRunningLoop().promisesPending;
      const options = { tls: certificates.authority, timeout: 3600, handshakeTime: 3600 };
      yield* asyncWith(openConnection("127.0.0.1", port, options), function* ask() {
        expect(getRunningLoop().promisesPending).toBe(before);
        yield* sleep(0);
      });
    }, secure);
  });
});
