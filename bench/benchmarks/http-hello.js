/**
 * "Hello" over HTTP: 20,000 requests of a client in a process of its own, over 16 connections that are
 * kept alive, one request at a time on each.
 *
 * Counted: from the first request of the client until its last response, divided by the requests; so what the client
 * itself takes is in all columns alike. Every server answers the same bytes but for the date. The native column is
 * `node:http` with a callback, `hono` is `@hono/node-server` with a function of the Fetch standard; to `@tsyncio/http` the
 * same function is a coroutine, and each request a task.
 */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";

const CLIENT = fileURLToPath(new URL("../load/http-client.js", import.meta.url));
const CONNECTIONS = 16;
const HOSTNAME = "127.0.0.1";
const BODY = "Hello, world";

const respond = () => new Response(BODY, { headers: { "content-type": "text/plain" } });

/** Nanoseconds per request of a client. @param {number} port @param {number} size */
async function load(port, size) {
  const args = [CLIENT, String(port), String(size), String(CONNECTIONS), BODY];
  const client = spawn(process.execPath, args, { stdio: ["ignore", "pipe", "inherit"] });
  let output = "";
  client.stdout.setEncoding("utf8").on("data", (/** @type {string} */ text) => {
    output += text;
  });
  const [code] = await once(client, "close");
  if (code !== 0) throw new Error(`The client of http-hello ended with ${code}`);
  return Number(output) / size;
}

/** @param {import("node:net").Server} server @param {number} size */
async function measureNode(server, size) {
  if (!server.listening) await once(server, "listening");
  const { port } = /** @type {import("node:net").AddressInfo} */ (server.address());
  try {
    return await load(port, size);
  } finally {
    server.close();
  }
}

/** @type {import("../benchmark.js").Measure} */
async function native(size) {
  const { createServer } = await import("node:http");
  const headers = { "Content-Type": "text/plain", "Content-Length": Buffer.byteLength(BODY) };
  const server = createServer((_request, response) => {
    response.writeHead(200, headers);
    response.end(BODY);
  });
  return measureNode(server.listen(0, HOSTNAME), size);
}

/** @type {import("../benchmark.js").Measure} */
async function hono(size) {
  const { serve } = await import("@hono/node-server");
  const server = serve({ fetch: respond, port: 0, hostname: HOSTNAME });
  return measureNode(/** @type {import("node:http").Server} */ (server), size);
}

/** @param {number} size @param {import("@tsyncio/http").Handler} handler */
async function served(size, handler) {
  const asyncio = await import("tsyncio");
  const { serve } = await import("@tsyncio/http");
  return asyncio.run(() =>
    asyncio.asyncWith(serve(handler, { port: 0, hostname: HOSTNAME }), function* measure({ port }) {
      return yield* asyncio.fromPromise(load(port, size));
    }),
  );
}

/** @type {import("../benchmark.js").Measure} */
function tsyncio(size) {
  return served(size, function* handler() {
    return respond();
  });
}

/** @type {import("../benchmark.js").Measure} */
async function tsyncioAsync(size) {
  const { describeFunction, lowered } = await import("tsyncio/coroutine");
  const info = describeFunction("handler", "http-hello.ts", 1, 0, []);
  /** @returns {Generator<unknown, Response, unknown>} */
  function* body() {
    return respond();
  }
  return served(size, () => lowered(info, body()));
}

/** @type {import("../benchmark.js").Benchmark} */
export const httpHello = {
  name: "http-hello",
  title: "HTTP request and response, kept alive",
  unit: "ns",
  size: 20_000,
  warmups: 2,
  samples: 3,
  columns: { native, hono, tsyncio, tsyncioAsync },
};
