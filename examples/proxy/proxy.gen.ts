/**
 * A TCP proxy: `proxy 8080 example.org 80` hands on what comes to port 8080 until Ctrl-C. It holds
 * no more than a few packets of a connection, however much faster one side is than the other; that
 * is what it shows when it is given no ports.
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
const MIB = 1 << 20;

/** Listens on `port` of this machine, 0 for any, and hands connections on; for `asyncWith`. */
export function startProxy(port: number, targetHost: string, targetPort: number) {
  return startServer(
    function* (reader, writer) {
      try {
        yield* asyncio.asyncWith(writer, function* () {
          const target = openConnection(targetHost, targetPort, { timeout: "10s" });
          yield* asyncio.asyncWith(target, (streams) => connect([reader, writer], streams));
        });
      } catch (error) {
        console.log(reasonOf(error));
      }
    },
    HOST,
    port,
  );
}

/** Both directions at once; an error in one ends the other, an end does not. */
function* connect(
  [clientReader, clientWriter]: [StreamReader, StreamWriter],
  [targetReader, targetWriter]: [StreamReader, StreamWriter],
) {
  yield* asyncio.asyncWith(new asyncio.TaskGroup(), function* (group) {
    group.createTask(pump(clientReader, targetWriter), { name: "to the target" });
    group.createTask(pump(targetReader, clientWriter), { name: "to the client" });
  });
}

function* pump(from: StreamReader, to: StreamWriter) {
  for (;;) {
    const data = yield* from.read(65_536);
    if (data.length === 0) break;
    to.write(data);
    // The back-pressure: nothing is read while the other side has not taken this.
    yield* to.drain();
  }
  to.writeEof();
}

/** What a connection has ended with, where that is the network's fault. */
function reasonOf(error: unknown): string {
  const [first] = error instanceof asyncio.ExceptionGroup ? error.errors : [error];
  if (first instanceof ConnectionError || first instanceof asyncio.TimeoutError) {
    return first.message;
  }
  throw error;
}

/** Serves until it is cancelled; without ports, one slow download long. */
export function* main(port?: number, targetHost = HOST, targetPort?: number) {
  if (port !== undefined && targetPort !== undefined) {
    yield* asyncio.asyncWith(startProxy(port, targetHost, targetPort), function* (proxy) {
      console.log(`proxy on ${HOST}:${portOf(proxy)} to ${targetHost}:${targetPort}`);
      yield* proxy.serveForever();
    });
  } else yield* show(64 * MIB);
}

/** A client that takes its time while the target could send everything at once. */
function* show(size: number) {
  let sent = 0;
  function* sendAll(_reader: StreamReader, writer: StreamWriter) {
    yield* asyncio.asyncWith(writer, function* () {
      const chunk = Buffer.alloc(65_536);
      for (let left = size; left > 0; left -= chunk.length) {
        writer.write(chunk);
        yield* writer.drain();
        sent += chunk.length;
      }
    });
  }
  yield* asyncio.asyncWith(startServer(sendAll, HOST, 0), function* (target) {
    yield* asyncio.asyncWith(startProxy(0, HOST, portOf(target)), function* (proxy) {
      yield* asyncio.asyncWith(openConnection(HOST, portOf(proxy)), function* ([reader]) {
        for (let taken = 0; taken < size; taken += 16 * MIB) {
          yield* asyncio.sleep(0.2);
          console.log(`the client has taken ${inMib(taken)}, the target has sent ${inMib(sent)}`);
          yield* reader.readExactly(16 * MIB);
        }
        console.log(`the client has taken ${inMib(size)}`);
      });
    });
  });
}

function portOf(server: { readonly sockets: readonly (SocketAddress | string)[] }): number {
  return (server.sockets[0] as SocketAddress).port;
}

function inMib(bytes: number): string {
  return `${Math.round(bytes / MIB)} MiB`;
}

if (realpathSync(process.argv[1] ?? "") === import.meta.filename) {
  const [, , port, targetHost, targetPort] = process.argv;
  if (targetPort === undefined) await asyncio.run(main());
  else await asyncio.run(main(Number(port), targetHost, Number(targetPort)));
}
