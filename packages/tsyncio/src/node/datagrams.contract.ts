/** What the datagram suites share: two endpoints that talk, and what this process has open. */
import { createSocket } from "node:dgram";
import { asyncFor, asyncWith, BREAK, type Coroutine, events, run } from "../index.js";
import {
  createDatagramEndpoint,
  type DatagramEndpointOptions,
} from "./create-datagram-endpoint.js";
import type { DatagramEndpoint } from "./datagram-endpoint.js";

export const LOOPBACK = { local: { address: "127.0.0.1" } };

/** Runs `block` with two endpoints on loopback; the second is connected to the first. */
export function withPair<R>(
  block: (server: DatagramEndpoint, client: DatagramEndpoint) => Coroutine<R>,
  options: Omit<DatagramEndpointOptions, "local" | "remote"> = {},
): Promise<R> {
  return run(() =>
    asyncWith(createDatagramEndpoint({ ...LOOPBACK, ...options }), (server) =>
      asyncWith(createDatagramEndpoint({ remote: server.localAddress, ...options }), (client) =>
        block(server, client),
      ),
    ),
  );
}

/** Waits until `count` datagrams have come to `endpoint`, taken or not. */
export function* arrived(endpoint: DatagramEndpoint, count: number): Coroutine<void> {
  let left = count;
  yield* asyncFor(events(endpoint.socket, "message"), function* () {
    if (--left === 0) return BREAK;
  });
}

/** How many UDP sockets this process has, when those that were closed are gone. */
export async function sockets(): Promise<number> {
  // The engine counts a handle until the end of the round in which it was closed.
  for (let round = 0; round < 2; round++) await new Promise((resolve) => setImmediate(resolve));
  return process.getActiveResourcesInfo().filter((name) => name === "UDPWrap").length;
}

/** A port at which nobody listens. */
export async function freePort(): Promise<number> {
  const socket = createSocket("udp4");
  await new Promise<void>((resolve) => socket.bind(0, "127.0.0.1", resolve));
  const { port } = socket.address();
  await new Promise<void>((resolve) => socket.close(resolve));
  return port;
}
