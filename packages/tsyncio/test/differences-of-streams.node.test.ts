/** The rows of docs/differences.md about streams and servers. */

import { once } from "node:events";
import { connect, createServer } from "node:net";
import { Writable } from "node:stream";
import { asyncWith, createTask, fromPromise, gather, run, sleep } from "tsyncio";
import { memoryStreams, openConnection, startServer, streamWriterFrom } from "tsyncio/node";
import { expect, it } from "vitest";
import { raisedBy } from "./errors.js";

it("D63 a connection that fails is a ConnectionError with the system's code and the address", async () => {
  const closed = createServer().listen(0, "127.0.0.1");
  await once(closed, "listening");
  const { port } = closed.address() as { port: number };
  closed.close();
  const error = await run(() => raisedBy(openConnection("127.0.0.1", port)));
  expect(error).toMatchObject({ name: "ConnectionError", code: "ECONNREFUSED" });
  expect(String(error)).toContain(`127.0.0.1:${port}`);
});

it("D64 a cancelled read of everything loses nothing", async () => {
  const text = await run(function* main() {
    const [[reader], [, writer]] = memoryStreams();
    const reading = createTask(reader.read());
    writer.write("kept");
    yield* sleep(0);
    yield* sleep(0);
    reading.cancel();
    yield* gather([reading], { returnExceptions: true });
    return String(yield* reader.readExactly(4));
  });
  expect(text).toBe("kept");
});

it("D65 a connection whose handler has returned goes when the peer has ended its side", async () => {
  const ended = await run(() =>
    asyncWith(
      startServer(
        function* handle(_reader, writer) {
          writer.write("hello");
        },
        "127.0.0.1",
        0,
      ),
      (server) =>
        fromPromise(async () => {
          const socket = connect(server.port, "127.0.0.1");
          const [data] = (await once(socket, "data")) as [Buffer];
          socket.end();
          await once(socket, "end");
          return String(data);
        }),
    ),
  );
  expect(ended).toBe("hello");
});

it("D66 connections and servers that nobody closed are cut off at the end of their run", async () => {
  let port = 0;
  await run(function* main() {
    const server = yield* startServer(() => {}, "127.0.0.1", 0);
    ({ port } = server);
    yield* openConnection("127.0.0.1", port);
  });
  const socket = connect(port, "127.0.0.1");
  const [error] = (await once(socket, "error")) as [{ code: string }];
  expect(error.code).toBe("ECONNREFUSED");
  expect(process.getActiveResourcesInfo()).not.toContain("TCPServerWrap");
});

it("D67 the end of a server's block does not wait for idle clients longer than the grace time", async () => {
  const log: string[] = [];
  await run(function* main() {
    const idle = startServer(
      function* handle(reader) {
        try {
          log.push("serving");
          yield* reader.read();
        } finally {
          log.push("cancelled");
        }
      },
      "127.0.0.1",
      0,
      { grace: "10ms" },
    );
    yield* asyncWith(idle, function* talk(server) {
      yield* openConnection("127.0.0.1", server.port);
      while (log.length === 0) yield* sleep(0);
    });
    log.push("ended");
  });
  expect(log).toEqual(["serving", "cancelled", "ended"]);
});

it("D68 several small writes between two drains go together", async () => {
  const calls: number[] = [];
  const sink = new Writable({
    write: (_chunk, _encoding, done) => done(void calls.push(1) as undefined),
    writev: (chunks, done) => done(void calls.push(chunks.length) as undefined),
  });
  await run(function* main() {
    const writer = streamWriterFrom(sink);
    for (let round = 0; round < 2; round++) {
      writer.write("head");
      writer.write("body");
      yield* writer.drain();
    }
  });
  expect(calls).toEqual([1, 1, 2]);
});

it("D69 addresses are objects, and a server's sockets are its addresses", async () => {
  await run(() =>
    asyncWith(
      startServer(() => {}, "127.0.0.1", 0, { grace: 0 }),
      function* talk(server) {
        const address = { address: "127.0.0.1", port: server.port, family: "IPv4" };
        expect(server.sockets).toEqual([address]);
        const [, writer] = yield* openConnection("127.0.0.1", server.port);
        expect(writer.getExtraInfo("peername")).toEqual(address);
      },
    ),
  );
});
