/**
 * Echo over loopback: 10 connections, each with one message on the way.
 *
 * Counted: the processor time of the server's process, divided by the messages: what a server that is busy all the time
 * can do no more than one message in. (By the clock one would measure the client, which takes longer than the server and
 * shares the machine with it.) The client, `load/echo-client.js`, is a process of its own and the same for all columns.
 * The native column is plain `node:net` with callbacks. Every server sends small packets at once, as asyncio does.
 */
import { execFile } from "node:child_process";
import { createServer } from "node:net";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

const CLIENT = fileURLToPath(new URL("../load/echo-client.js", import.meta.url));

/** @param {number} port @param {number} bytes @param {number} messages */
async function load(port, bytes, messages) {
  const before = process.cpuUsage();
  const args = [CLIENT, String(port), String(bytes), String(messages)];
  await promisify(execFile)(process.execPath, args);
  const { user, system } = process.cpuUsage(before);
  return ((user + system) * 1_000) / messages;
}

/** @param {number} size @param {number} bytes @returns {Promise<number>} */
function native(size, bytes) {
  return new Promise((resolve, reject) => {
    const server = createServer({ noDelay: true }, (socket) => {
      socket.on("data", (data) => {
        socket.write(data);
      });
      socket.on("error", reject);
    });
    server.listen(0, "127.0.0.1", () => {
      const { port } = /** @type {import("node:net").AddressInfo} */ (server.address());
      load(port, bytes, size)
        .then(resolve, reject)
        .finally(() => server.close());
    });
  });
}

/** @param {number} size @param {number} bytes */
async function tsyncio(size, bytes) {
  const asyncio = await import("tsyncio");
  const { startServer } = await import("tsyncio/node");

  /** @param {import("tsyncio/node").StreamReader} reader @param {import("tsyncio/node").StreamWriter} writer */
  function* echo(reader, writer) {
    for (;;) {
      const data = yield* reader.read(65_536);
      if (data.length === 0) break;
      writer.write(data);
      yield* writer.drain();
    }
    writer.close();
  }

  return asyncio.run(() =>
    asyncio.asyncWith(startServer(echo, "127.0.0.1", 0), function* measure(server) {
      return yield* asyncio.fromPromise(load(server.port, bytes, size));
    }),
  );
}

/** @type {import("../benchmark.js").Benchmark} */
export const echoSmall = {
  name: "echo-1k",
  title: "echo of 1 KiB over loopback, 10 connections: processor time",
  unit: "ns",
  size: 50_000,
  warmups: 3,
  samples: 3,
  python: { program: "echo", argument: 1024 },
  columns: {
    native: (size) => native(size, 1024),
    tsyncio: (size) => tsyncio(size, 1024),
  },
};

/** @type {import("../benchmark.js").Benchmark} */
export const echoLarge = {
  name: "echo-64k",
  title: "echo of 64 KiB over loopback, 10 connections: processor time",
  unit: "ns",
  size: 20_000,
  warmups: 3,
  samples: 3,
  python: { program: "echo", argument: 65_536 },
  columns: {
    native: (size) => native(size, 65_536),
    tsyncio: (size) => tsyncio(size, 65_536),
  },
};
