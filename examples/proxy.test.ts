/** proxy: both directions, their ends and their pace, and the program. */

import { once } from "node:events";
import { connect } from "node:net";
import * as asyncio from "tsyncio";
import {
  ConnectionError,
  openConnection,
  type Server,
  type SocketAddress,
  type StreamReader,
  type StreamWriter,
  startServer,
} from "tsyncio/node";
import { afterEach, describe, expect, test, vi } from "vitest";
import { startProxy } from "./proxy/proxy.gen.js";
import { startChild } from "./testing/child-program.js";
import { expectNoLeftovers } from "./testing/leftovers.contract.js";

expectNoLeftovers();

const HOST = "127.0.0.1";

function portOf(server: Server): number {
  return (server.sockets[0] as SocketAddress).port;
}

type Target = (reader: StreamReader, writer: StreamWriter) => asyncio.Coroutine<void>;

/** Runs `use` with a connection through a proxy to a server that does what `target` does. */
function through(
  target: Target,
  use: (reader: StreamReader, writer: StreamWriter) => asyncio.Coroutine<void>,
): Promise<void> {
  return asyncio.run(
    asyncio.asyncWith(startServer(target, HOST, 0), (server) =>
      asyncio.asyncWith(startProxy(0, HOST, portOf(server)), (proxy) =>
        asyncio.asyncWith(openConnection(HOST, portOf(proxy)), ([reader, writer]) =>
          use(reader, writer),
        ),
      ),
    ),
  );
}

/** A server that sends for as long as somebody takes it. */
class Endless {
  readonly #chunk: Buffer;
  readonly #moved = new asyncio.Event();
  readonly lost = new asyncio.Event();
  sent = 0;

  constructor(size: number) {
    this.#chunk = Buffer.alloc(size);
  }

  readonly serve = (_reader: StreamReader, writer: StreamWriter) => this.#send(writer);

  *#send(writer: StreamWriter) {
    try {
      for (;;) {
        writer.write(this.#chunk);
        yield* writer.drain();
        this.sent += this.#chunk.length;
        this.#moved.set();
        yield* asyncio.sleep(0);
      }
    } catch (error) {
      if (!(error instanceof ConnectionError)) throw error;
      this.lost.set();
    }
  }

  /** Waits until nothing has been sent for a while. */
  *standstill() {
    for (;;) {
      this.#moved.clear();
      const moving = asyncio.createTask(this.#moved.wait());
      yield* asyncio.wait([moving], { timeout: 0.2 });
      if (moving.done()) continue;
      moving.cancel();
      return;
    }
  }
}

/** What the proxy says about connections, in place of the console. */
const log = vi.spyOn(console, "log").mockReturnValue();
afterEach(() => log.mockClear());

describe("startProxy()", () => {
  test("hands on every byte and the end in both directions", async () => {
    function* reversed(reader: StreamReader, writer: StreamWriter) {
      const all = yield* reader.read();
      writer.write(Buffer.from(all).reverse());
      writer.close();
    }
    const sent = Buffer.from(Array.from({ length: 500_000 }, (_, n) => (n * 11) % 256));
    await through(reversed, function* (reader, writer) {
      writer.write(sent);
      writer.writeEof();
      const received = yield* reader.read();
      expect(received.equals(Buffer.from(sent).reverse())).toBe(true);
    });
  });

  test("holds back a target that is faster than the client", async () => {
    const target = new Endless(65_536);
    await through(target.serve, function* (reader, writer) {
      // What the system's own buffers of two connections hold, and no more.
      yield* target.standstill();
      const before = target.sent;
      expect(before).toBeLessThan(32 << 20);
      yield* reader.readExactly(before);
      yield* target.standstill();
      expect(target.sent).toBeGreaterThan(before);
      writer.abort();
      yield* target.lost.wait();
    });
  });

  test("ends the connection to the target when the client breaks off", async () => {
    const target = new Endless(100);
    await through(target.serve, function* (reader, writer) {
      yield* reader.readExactly(100);
      writer.abort();
      yield* target.lost.wait();
    });
  });

  test("ends the connection when the target refuses, says so, and goes on serving", async () => {
    await asyncio.run(function* () {
      const closed = yield* startServer(() => {}, HOST, 0);
      const port = portOf(closed);
      closed.close();
      yield* closed.waitClosed();
      yield* asyncio.asyncWith(startProxy(0, HOST, port), function* (proxy) {
        for (let n = 1; n <= 2; n++) {
          const [reader, writer] = yield* openConnection(HOST, portOf(proxy));
          expect(yield* reader.read()).toHaveLength(0);
          writer.close();
          expect(log.mock.calls).toHaveLength(n);
          expect(log.mock.calls[n - 1]?.[0]).toContain(`Cannot connect to ${HOST}:${port}`);
        }
      });
    });
  });
});

function greet(_reader: StreamReader, writer: StreamWriter): void {
  writer.write("hello");
  writer.close();
}

describe("the program", () => {
  test("shows a target that is held back", async () => {
    const { lines, ...ending } = await startChild(["proxy"]);
    expect(ending).toMatchObject({ code: 0, errors: "" });
    expect(lines).toHaveLength(5);
    const pairs = lines.slice(0, 4).map((line) => line.match(/\d+/g)?.map(Number) ?? []);
    for (const [index, [taken = -1, sent = -1]] of pairs.entries()) {
      expect(taken).toBe(16 * index);
      expect(sent).toBeGreaterThanOrEqual(taken);
    }
    // It could have sent everything before the client began.
    expect(pairs[0]?.[1]).toBeLessThan(64);
    expect(lines[4]).toBe("the client has taken 64 MiB");
  });

  test("PORT HOST PORT serves until Ctrl-C", async () => {
    let heard = "";
    await asyncio.run(
      asyncio.asyncWith(startServer(greet, HOST, 0), function* (target) {
        const args = ["proxy", "0", HOST, String(portOf(target))];
        const ending = yield* asyncio.fromPromise(
          startChild(args, {
            onLine: async (line, child) => {
              const [, port] = /:(\d+) to/.exec(line) ?? [];
              const socket = connect(Number(port), HOST).on("data", (data) => {
                heard += data;
              });
              await once(socket, "close");
              child.kill("SIGINT");
            },
          }),
        );
        expect(ending).toMatchObject({ code: null, signal: "SIGINT", errors: "" });
      }),
    );
    expect(heard).toBe("hello");
  });
});
