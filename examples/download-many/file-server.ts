/**
 * A server with something to download: so many files on the loopback interface, each sent bit by
 * bit, for a while.
 */

import { serve, streamBody } from "@tsyncio/http";
import * as asyncio from "tsyncio";

const PIECES = 4;

/** What a server holds and how slow it is. */
export interface FileServerOptions {
  readonly files: number;
  /** The seconds that a file takes to come. */
  readonly latency: number;
}

/** For `asyncWith`: serves files and hands out their addresses. */
export const fileServer = asyncio.contextManager(function* fileServer(options: FileServerOptions) {
  const server = yield* serve((request) => answer(request, options), { port: 0 });
  try {
    yield Array.from({ length: options.files }, (_, number) => new URL(`/${number}`, server.url));
  } finally {
    server.abort();
  }
});

function answer({ url }: Request, { files, latency }: FileServerOptions): Response {
  const number = Number(new URL(url).pathname.slice(1));
  if (!(number < files)) return new Response("there is no such file", { status: 404 });
  const size = sizeOf(number);
  const body = streamBody(function* (emit) {
    for (let piece = 0; piece < PIECES; piece++) {
      yield* asyncio.sleep(latency / PIECES);
      yield* emit(new Uint8Array(size / PIECES));
    }
  });
  return new Response(body, { headers: { "content-length": String(size) } });
}

/** Files of 1 to 16 KiB. */
function sizeOf(number: number): number {
  return ((number % 16) + 1) * 1024;
}
