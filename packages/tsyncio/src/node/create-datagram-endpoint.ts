import { createSocket, type Socket } from "node:dgram";
import { promises as dns, lookup } from "node:dns";
import { isIP } from "node:net";
import { fromPromise } from "../interop/from-promise.js";
import { waitForEvent } from "../interop/wait-for-event.js";
import type { Coroutine } from "../kernel/coroutine.js";
import { describeValue, rangeError, typeError } from "../kernel/errors.js";
import { runningLoop } from "../kernel/running-loop.js";
import { connectionError } from "./connection-error.js";
import { DatagramEndpoint } from "./datagram-endpoint.js";
import type { DatagramAddress } from "./datagram-send.js";
import { addressText } from "./node-transport.js";
import { Opening } from "./opening.js";

/** Bytes that wait to be taken, where nothing else was said. */
const DEFAULT_LIMIT = 2 ** 20;

/** What `createDatagramEndpoint` takes. */
export interface DatagramEndpointOptions {
  /** Where to receive; any address and any free port where left out. */
  readonly local?: Partial<DatagramAddress> | undefined;
  /** The only one to send to and receive from. */
  readonly remote?: DatagramAddress | undefined;
  /** 4 or 6, for IPv4 or IPv6; what `local` and `remote` are where left out, else IPv4. */
  readonly family?: 4 | 6 | undefined;
  /** How many bytes of datagrams may wait to be taken, each counting 64 more; 1 MiB unless said otherwise. */
  readonly limit?: number | undefined;
  /** Gets the errors that the network reports, in the place of `receive`. */
  readonly onError?: ((error: Error) => void) | undefined;
  /** Allows datagrams to a broadcast address. */
  readonly broadcast?: boolean | undefined;
  /** Binds also where another process has bound; only one of them receives then. */
  readonly reuseAddress?: boolean | undefined;
  /** Does not receive IPv4 at an IPv6 address that stands for all. */
  readonly ipv6Only?: boolean | undefined;
}

/** Addresses of one family to try. */
interface Candidate {
  readonly family: 4 | 6;
  readonly local: Partial<DatagramAddress>;
  readonly remote: DatagramAddress | undefined;
}

/**
 * Opens a UDP socket: `const endpoint = yield* createDatagramEndpoint({ local: { port: 5353 } })`, or
 * `asyncWith(createDatagramEndpoint(…), function* (endpoint) { … })`, which closes it at the end. Names are resolved, and
 * their addresses tried in turn.
 *
 * **Cancellation:** leaves nothing open.
 *
 * asyncio: `loop.create_datagram_endpoint`; with `broadcast` and `remote` it is connected here too.
 * @throws {ConnectionError} when no address can be used (`EADDRINUSE`, `EADDRNOTAVAIL`, `EACCES`) or a name is not
 * resolved (`ENOTFOUND`).
 * @throws {TypeError} when there is neither `local` nor `remote` nor `family` (`ERR_INVALID_ARG`).
 * @throws {RangeError} for a port, a family or a limit that is none, and when `local` and `remote` have no family in common
 * (`ERR_INVALID_ARG`).
 * @example
 * ```ts no-run
 * yield* asyncWith(createDatagramEndpoint({ local: { port: 9999 } }), function* (endpoint) {
 *   yield* asyncFor(endpoint, function* ({ data, from }) {
 *     yield* endpoint.send(data, from);
 *   });
 * });
 * ```
 */
export function createDatagramEndpoint(
  options: DatagramEndpointOptions,
): Opening<DatagramEndpoint> {
  check(options);
  return new Opening("createDatagramEndpoint()", open(options));
}

function check(options: DatagramEndpointOptions | undefined): void {
  const { local, remote, family, limit = DEFAULT_LIMIT } = options ?? {};
  const refuse = (what: string): RangeError =>
    rangeError("ERR_INVALID_ARG", `Cannot create datagram endpoint: ${what}`);
  if (local === undefined && remote === undefined && family === undefined) {
    throw typeError(
      "ERR_INVALID_ARG",
      "Cannot create datagram endpoint: got no address; give local, remote or family",
    );
  }
  if (family !== undefined && family !== 4 && family !== 6) {
    throw refuse(`family must be 4 or 6, got ${describeValue(family)}`);
  }
  if (typeof limit !== "number" || !(limit > 0)) {
    throw refuse(`limit must be a positive number of bytes, got ${describeValue(limit)}`);
  }
  for (const [name, port, least] of [
    ["local", local?.port ?? 0, 0],
    ["remote", remote === undefined ? 1 : remote.port, 1],
  ] as const) {
    if (Number.isInteger(port) && port >= least && port <= 65_535) continue;
    throw refuse(
      `${name}.port must be a number from ${least} to 65535, got ${describeValue(port)}`,
    );
  }
}

function* open(options: DatagramEndpointOptions): Coroutine<DatagramEndpoint> {
  let failure: unknown;
  for (const candidate of yield* candidates(options)) {
    const { endpoint, socket } = make(candidate, options);
    let opened = false;
    try {
      yield* connect(socket, candidate, options);
      opened = true;
      return endpoint.opened();
    } catch (error) {
      if (!isSystemError(error)) throw error;
      failure ??= explain(error, candidate);
    } finally {
      if (!opened) endpoint.abort();
    }
  }
  throw failure;
}

function make(
  { family, remote }: Candidate,
  options: DatagramEndpointOptions,
): { endpoint: DatagramEndpoint; socket: Socket } {
  const { reuseAddress, ipv6Only, limit = DEFAULT_LIMIT, onError } = options;
  const socket = createSocket({
    type: family === 4 ? "udp4" : "udp6",
    lookup,
    ...(reuseAddress === undefined ? {} : { reuseAddr: reuseAddress }),
    ...(ipv6Only === undefined ? {} : { ipv6Only }),
  });
  const loop = runningLoop("create datagram endpoint");
  const connected = remote !== undefined;
  return { endpoint: new DatagramEndpoint({ loop, socket, limit, connected, onError }), socket };
}

function* connect(
  socket: Socket,
  { local, remote }: Candidate,
  { broadcast }: DatagramEndpointOptions,
): Coroutine<void> {
  socket.bind({
    port: local.port ?? 0,
    ...(local.address === undefined ? {} : { address: local.address }),
  });
  yield* waitForEvent(socket, "listening");
  if (broadcast === true) socket.setBroadcast(true);
  if (remote === undefined) return;
  socket.connect(remote.port, remote.address);
  yield* waitForEvent(socket, "connect");
}

/** The addresses to try: for each family that all names have, the first of each name. */
function* candidates(options: DatagramEndpointOptions): Coroutine<Candidate[]> {
  const { local = {}, remote, family } = options;
  const locals = yield* resolve(local.address, local.port ?? 0, family);
  const remotes = yield* resolve(remote?.address, remote?.port ?? 0, family);
  const families = new Set([...locals.keys(), ...remotes.keys()]);
  if (families.size === 0) families.add(family ?? 4);
  const found: Candidate[] = [];
  for (const each of families) {
    const here = locals.get(each);
    const there = remotes.get(each);
    if (local.address !== undefined && here === undefined) continue;
    if (remote !== undefined && there === undefined) continue;
    found.push({
      family: each,
      local:
        here === undefined ? { port: local.port ?? 0 } : { address: here, port: local.port ?? 0 },
      remote: remote && there !== undefined ? { address: there, port: remote.port } : undefined,
    });
  }
  if (found.length > 0) return found;
  throw rangeError(
    "ERR_INVALID_ARG",
    `Cannot create datagram endpoint: ${[local.address, remote?.address, family === undefined ? undefined : `family ${family}`].filter((part) => part !== undefined).join(" and ")} do not go together; choose addresses of one family`,
  );
}

/** The first address of each family. */
function* resolve(
  name: string | undefined,
  port: number,
  family: 4 | 6 | undefined,
): Coroutine<Map<4 | 6, string>> {
  const found = new Map<4 | 6, string>();
  if (name === undefined) return found;
  const literal = isIP(name);
  if (literal === 4 || literal === 6) {
    if (family === undefined || family === literal) found.set(literal, name);
    return found;
  }
  try {
    const all = yield* fromPromise(dns.lookup(name, { all: true, family: family ?? 0 }));
    for (const { address, family: kind } of all) {
      if (!found.has(kind as 4 | 6)) found.set(kind as 4 | 6, address);
    }
    return found;
  } catch (error) {
    if (!isSystemError(error)) throw error;
    throw connectionError("create datagram endpoint for", addressText(name, port), error);
  }
}

function isSystemError(error: unknown): error is NodeJS.ErrnoException {
  return error instanceof Error && typeof (error as NodeJS.ErrnoException).syscall === "string";
}

function explain(error: NodeJS.ErrnoException, { local, remote, family }: Candidate): Error {
  if (error.syscall === "connect" && remote !== undefined) {
    return connectionError("connect datagrams to", addressText(remote.address, remote.port), error);
  }
  const address = local.address ?? (family === 4 ? "0.0.0.0" : "::");
  return connectionError("receive datagrams at", addressText(address, local.port ?? 0), error);
}
