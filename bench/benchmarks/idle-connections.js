/**
 * Memory of a connection that says nothing.
 *
 * Counted: the growth of the server's resident set (a connection is more outside the heap than in it), divided by the
 * connections. The clients are a process of their own. The native column is plain `node:net` with callbacks. V8's young
 * generation is kept small: it grows while many connections come at once and shrinks seconds later, to as much as half of
 * what is counted, and is no part of a connection.
 */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { createServer } from "node:net";
import { fileURLToPath } from "node:url";

const CLIENTS = fileURLToPath(new URL("../load/idle-clients.js", import.meta.url));

/** After two collections, and a moment in which the engine gives memory back. */
async function resident() {
  const collect = globalThis.gc;
  if (collect === undefined) {
    throw new Error("Cannot measure memory: no gc() was found; start node with --expose-gc");
  }
  for (let round = 0; round < 2; round++) {
    collect();
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
  return process.memoryUsage.rss();
}

/**
 * @param {number} port
 * @param {number} size
 * @param {() => number} served
 */
async function growth(port, size, served) {
  const before = await resident();
  const clients = spawn(process.execPath, [CLIENTS, String(port), String(size)], {
    stdio: ["pipe", "pipe", "inherit"],
  });
  await once(clients.stdout, "data");
  while (served() < size) await new Promise((resolve) => setImmediate(resolve));
  const grown = (await resident()) - before;
  clients.stdin.end();
  await once(clients, "close");
  return grown / size;
}

/** @param {number} size @returns {Promise<number>} */
function native(size) {
  return new Promise((resolve, reject) => {
    let served = 0;
    const server = createServer({ noDelay: true }, (socket) => {
      served += 1;
      socket.on("data", (data) => {
        socket.write(data);
      });
      socket.on("error", () => {});
    });
    server.listen(0, "127.0.0.1", () => {
      const { port } = /** @type {import("node:net").AddressInfo} */ (server.address());
      growth(port, size, () => served).then(resolve, reject);
    });
  });
}

/** @param {number} size */
async function tsyncio(size) {
  const asyncio = await import("tsyncio");
  const { startServer } = await import("tsyncio/node");
  let served = 0;

  /** @param {import("tsyncio/node").StreamReader} reader @param {import("tsyncio/node").StreamWriter} writer */
  function* echo(reader, writer) {
    served += 1;
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
      return yield* asyncio.fromPromise(growth(server.port, size, () => served));
    }),
  );
}

/** @type {import("../benchmark.js").Benchmark} */
export const idleConnections = {
  name: "idle-connections",
  title: "memory of an idle connection, 10,000 at once",
  unit: "bytes",
  size: 10_000,
  warmups: 0,
  samples: 1,
  nodeFlags: ["--max-semi-space-size=1"],
  python: { program: "idle_connections" },
  columns: { native, tsyncio },
};
