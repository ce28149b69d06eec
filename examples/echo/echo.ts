/**
 * A TCP server that sends back what it is sent. With a port it serves until Ctrl-C (try
 * `nc 127.0.0.1 8888`); without one it shows itself with two clients.
 */

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
async function echo(reader: StreamReader, writer: StreamWriter) {
  try {
    await asyncio.asyncWith(writer, async () => {
      for (;;) {
        const data = await reader.read(65_536);
        if (data.length === 0) return;
        writer.write(data);
        // Waits while too much is on the way: who does not take the echo is not read from either.
        await writer.drain();
      }
    });
  } catch (error) {
    // A client that breaks off is no fault of the server's.
    if (!(error instanceof ConnectionError)) throw error;
    console.log(error.message);
  }
}

async function client(name: string, port: number, lines: readonly string[]) {
  await asyncio.asyncWith(openConnection(HOST, port), async ([reader, writer]) => {
    for (const line of lines) {
      writer.write(`${line}\n`);
      const answer = await reader.readLine();
      console.log(`${name} hears: ${answer.toString().trimEnd()}`);
    }
  });
}

/** Serves on `port` until it is cancelled; without one, two clients long. */
async function main(port?: number) {
  await asyncio.asyncWith(startServer(echo, HOST, port ?? 0), async (server) => {
    const address = server.sockets[0] as SocketAddress;
    console.log(`echo on ${HOST}:${address.port}`);
    if (port !== undefined) await server.serveForever();
    await client("Anna", address.port, ["hello", "is anybody there?"]);
    await client("Boris", address.port, ["good morning"]);
  });
  console.log("the server is closed");
}

const [, , port] = process.argv;
await asyncio.run(main(port === undefined ? undefined : Number(port)));
