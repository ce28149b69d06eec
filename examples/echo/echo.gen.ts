/**
 * A TCP server that sends back what it is sent. With a port it serves until Ctrl-C (try
 * `nc 127.0.0.1 8888`); without one it shows itself with two clients.
 */

import { realpathSync } from "node:fs";
import * as asyncio from "tsyncio";
import {
  ConnectionError,
  openConnection,
  type SocketAddress,
  type StreamReader,
  type StreamWriter,
  startServer,
} from "tsyncio/node";

const HOST = "127.0.0.1";

/** Serves one connection, in a task of its own. */
export function* echo(reader: StreamReader, writer: StreamWriter) {
  try {
    yield* asyncio.asyncWith(writer, function* () {
      for (;;) {
        const data = yield* reader.read(65_536);
        if (data.length === 0) return;
        writer.write(data);
        // Waits while too much is on the way: who does not take the echo is not read from either.
        yield* writer.drain();
      }
    });
  } catch (error) {
    // A client that breaks off is no fault of the server's.
    if (!(error instanceof ConnectionError)) throw error;
    console.log(error.message);
  }
}

function* client(name: string, port: number, lines: readonly string[]) {
  yield* asyncio.asyncWith(openConnection(HOST, port), function* ([reader, writer]) {
    for (const line of lines) {
      writer.write(`${line}\n`);
      const answer = yield* reader.readLine();
      console.log(`${name} hears: ${answer.toString().trimEnd()}`);
    }
  });
}

/** Serves on `port` until it is cancelled; without one, two clients long. */
export function* main(port?: number) {
  yield* asyncio.asyncWith(startServer(echo, HOST, port ?? 0), function* (server) {
    const address = server.sockets[0] as SocketAddress;
    console.log(`echo on ${HOST}:${address.port}`);
    if (port !== undefined) yield* server.serveForever();
    yield* client("Anna", address.port, ["hello", "is anybody there?"]);
    yield* client("Boris", address.port, ["good morning"]);
  });
  console.log("the server is closed");
}

if (realpathSync(process.argv[1] ?? "") === import.meta.filename) {
  const [, , port] = process.argv;
  await asyncio.run(main(port === undefined ? undefined : Number(port)));
}
