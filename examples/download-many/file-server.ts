/**
 * A server with something to download: so many files on the loopback interface, each sent after a
 * while. It ends with the block that uses it, and with it every connection.
 */

import { once } from "node:events";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import * as asyncio from "tsyncio";

const HOST = "127.0.0.1";

/** What a server holds and how slow it is. */
export interface FileServerOptions {
  readonly files: number;
  /** The seconds that a file takes to come. */
  readonly latency: number;
}

/** For `asyncWith`: serves files and hands out their addresses. */
export const fileServer = asyncio.contextManager(function* fileServer(options: FileServerOptions) {
  const server = createServer((request, response) => send(request, response, options));
  server.listen(0, HOST);
  try {
    yield* asyncio.fromPromise(once(server, "listening"));
    const { port } = server.address() as AddressInfo;
    yield Array.from(
      { length: options.files },
      (_, number) => new URL(`http://${HOST}:${port}/${number}`),
    );
  } finally {
    server.close();
    server.closeAllConnections();
    yield* asyncio.fromPromise(once(server, "close"));
  }
});

function send(request: IncomingMessage, response: ServerResponse, options: FileServerOptions) {
  const number = Number(request.url?.slice(1));
  if (!(number < options.files)) {
    response.writeHead(404).end();
    return;
  }
  const timer = setTimeout(() => response.end(contents(number)), options.latency * 1000);
  response.on("close", () => clearTimeout(timer));
}

/** Files of 1 to 16 KiB. */
function contents(number: number): Uint8Array {
  return new Uint8Array(((number % 16) + 1) * 1024);
}
