/** The kinds of connections that the contract suite runs on. */
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  type AsyncContextManager,
  asyncWith,
  type Coroutine,
  contextManager,
  Queue,
} from "../index.js";
import { memoryStreams } from "./memory-streams.js";
import { openConnection, openUnixConnection, type Streams } from "./open-connection.js";
import type { Server } from "./server.js";
import { startServer, startUnixServer } from "./start-server.js";

/** Both ends of a connection; they end with the block. */
export type Pair = AsyncContextManager<[near: Streams, far: Streams]>;

/** A kind of connection. */
export interface StreamKind {
  readonly name: string;
  /** The one direction can end before the other. */
  readonly halfOpen: boolean;
  pair(options?: { limit?: number }): Pair;
}

function fixture(name: string): string {
  return readFileSync(new URL(`../../test/fixtures/tls/${name}`, import.meta.url), "utf8");
}

/** Certificates: valid ones, and what trusts them. */
export const certificates = {
  localhost: { key: fixture("localhost.key"), cert: fixture("localhost.pem") },
  elsewhere: { key: fixture("elsewhere.key"), cert: fixture("elsewhere.pem") },
  authority: { ca: fixture("authority.pem") },
};

/** Starts a server, connects to it, and gives both ends. */
const served = contextManager(function* pair(
  start: (handler: (...streams: Streams) => void) => AsyncContextManager<Server>,
  connect: (server: Server) => Coroutine<Streams>,
) {
  const accepted = new Queue<Streams>();
  const server = start((reader, writer) => accepted.putNowait([reader, writer]));
  const listening = yield* server.enter() as Coroutine<Server>;
  let near: Streams | undefined;
  let far: Streams | undefined;
  try {
    near = yield* connect(listening);
    far = yield* accepted.get();
    yield [near, far] as [Streams, Streams];
  } finally {
    near?.[1].abort();
    far?.[1].abort();
    yield* server.exit(undefined) as Coroutine<boolean>;
  }
});

const secure = { tls: certificates.localhost };
const trusting = { tls: certificates.authority };

/** TCP, Unix sockets, TLS, memory. */
export const STREAM_KINDS: readonly StreamKind[] = [
  {
    name: "TCP",
    halfOpen: true,
    pair: (options) =>
      served(
        (handler) => startServer(handler, "127.0.0.1", 0, options),
        (server) => openConnection("127.0.0.1", server.port, options),
      ),
  },
  {
    name: "a Unix socket",
    halfOpen: true,
    pair: (options) => {
      const folder = mkdtempSync(join(tmpdir(), "tsyncio-"));
      const path = join(folder, "socket");
      return served(
        (handler) => startUnixServer(handler, path, options),
        function* connect() {
          try {
            return yield* openUnixConnection(path, options);
          } finally {
            rmSync(folder, { recursive: true });
          }
        },
      );
    },
  },
  {
    name: "TLS",
    halfOpen: false,
    pair: (options) =>
      served(
        (handler) => startServer(handler, "127.0.0.1", 0, { ...options, ...secure }),
        (server) => openConnection("127.0.0.1", server.port, { ...options, ...trusting }),
      ),
  },
  {
    name: "memory",
    halfOpen: true,
    pair: (options) =>
      contextManager(function* pair() {
        yield memoryStreams(options);
      })(),
  },
];

/** Runs `block` with both ends of a connection. */
export function withPair<R>(
  kind: StreamKind,
  block: (near: Streams, far: Streams) => Coroutine<R>,
  options?: { limit?: number },
): Coroutine<R> {
  return asyncWith(kind.pair(options), ([near, far]) => block(near, far));
}
