/**
 * Finds the open ports of this machine: `port-scanner localhost 1 65535`. It scans the loopback
 * interface and nothing else. Without arguments it opens a few ports itself and finds them.
 */

import { realpathSync } from "node:fs";
import * as asyncio from "tsyncio";
import { ConnectionError, openConnection, type SocketAddress, startServer } from "tsyncio/node";
import { loopbackAddress } from "./loopback.js";

const AT_ONCE = 100;
/** The seconds after which a port that says nothing counts as closed. */
const PATIENCE = 1;

/**
 * The ports of `host` that are open, in ascending order.
 * @throws {RangeError} when `host` is not on the loopback interface.
 */
export function* scan(host: string, ports: Iterable<number>) {
  const address = yield* loopbackAddress(host);
  const open: number[] = [];
  // All share one iterator: who is free takes the next port.
  const next = ports[Symbol.iterator]();
  function* scanSome() {
    for (let step = next.next(); step.done !== true; step = next.next()) {
      if (yield* isOpen(address, step.value)) open.push(step.value);
    }
  }
  yield* asyncio.asyncWith(new asyncio.TaskGroup(), function* (group) {
    for (let n = 0; n < AT_ONCE; n++) group.createTask(scanSome());
  });
  return open.sort((a, b) => a - b);
}

function* isOpen(address: string, port: number) {
  try {
    const [, writer] = yield* openConnection(address, port, { timeout: PATIENCE });
    const own = writer.getExtraInfo("sockname") as SocketAddress;
    writer.abort();
    // On loopback the system may choose the very port that is tried: the socket then meets itself.
    return own.port !== port;
  } catch (error) {
    if (error instanceof ConnectionError || error instanceof asyncio.TimeoutError) return false;
    throw error;
  }
}

/** The numbers from `first` to `last`. */
function* range(first: number, last: number): Generator<number, void> {
  for (let number = first; number <= last; number++) yield number;
}

/** Scans and prints what is open; without ports, around some that it opens itself. */
export function* main(host = "127.0.0.1", first?: number, last = first) {
  if (first === undefined || last === undefined) yield* show(host);
  else yield* report(host, first, last);
}

function* report(host: string, first: number, last: number) {
  if (!(first >= 1 && last <= 65_535)) {
    throw new RangeError(
      `Cannot scan ports ${first} to ${last}: ports are numbers from 1 to 65535`,
    );
  }
  const open = yield* scan(host, range(first, last));
  for (const port of open) console.log(`${host}:${port} is open`);
  console.log(`${open.length} open of ${last - first + 1} ports from ${first} to ${last}`);
}

function* show(host: string) {
  // A server that ends every connection at once.
  const server = startServer((_reader, writer) => writer.close(), host, 0);
  yield* asyncio.asyncWith(server, function* ({ sockets }) {
    const { port } = sockets[0] as SocketAddress;
    yield* report(host, port - 25, Math.min(port + 25, 65_535));
  });
}

if (realpathSync(process.argv[1] ?? "") === import.meta.filename) {
  const [, , host, ...ports] = process.argv;
  await asyncio.run(main(host, ...ports.map(Number)));
}
