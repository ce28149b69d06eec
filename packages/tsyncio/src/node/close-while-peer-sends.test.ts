/** close() when the peer still sends: what was written last must not be lost to a reset. */
import { connect as netConnect, type Socket } from "node:net";
import { describe, expect, it } from "vitest";
import {
  asyncWith,
  type Coroutine,
  createTask,
  Event,
  fromPromise,
  getRunningLoop,
  run,
  sleep,
  waitFor,
} from "../index.js";
import { waitForEvent } from "../interop/wait-for-event.js";
import { openConnection } from "./open-connection.js";
import { leavesNoResources } from "./resources.contract.js";
import { startServer } from "./start-server.js";
import type { StreamReader } from "./stream-reader.js";
import type { StreamWriter } from "./stream-writer.js";

leavesNoResources();

const SIZE = 3_000_000;
const BYTES = Buffer.alloc(SIZE);

/** Waits until more has come than the reader takes unread. */
function* held(reader: StreamReader): Coroutine<void> {
  while (!String(reader).includes("paused")) yield* sleep("1ms");
}

/** Answers without reading what is asked. */
function* refuse(reader: StreamReader, writer: StreamWriter): Coroutine<void> {
  yield* held(reader);
  writer.write(BYTES);
  writer.close();
  yield* writer.waitClosed();
}

/** How much a peer that sends gets until the end of what is sent to it. */
function* received(socket: Socket): Coroutine<number> {
  let size = 0;
  socket.on("data", (data) => {
    size += data.length;
  });
  socket.write(BYTES);
  yield* waitForEvent(socket, "end");
  socket.destroy();
  return size;
}

describe("StreamWriter.close() while the peer still sends", () => {
  it("sends everything that was written, before a peer that ends its side", async () => {
    const size = await run(() =>
      asyncWith(startServer(refuse, "127.0.0.1", 0), function* talk(server) {
        return yield* received(netConnect(server.port, "127.0.0.1"));
      }),
    );
    expect(size).toBe(SIZE);
  });

  it("sends everything that was written to a peer of ours", async () => {
    const size = await run(() =>
      asyncWith(startServer(refuse, "127.0.0.1", 0), (server) =>
        asyncWith(openConnection("127.0.0.1", server.port), function* ask([reader, writer]) {
          writer.write(BYTES);
          return (yield* reader.read()).length;
        }),
      ),
    );
    expect(size).toBe(SIZE);
  });

  it("waits for no end of a peer whose bytes came last, and of one that has nothing to send", async () => {
    await run(function* main() {
      const left = new Event();
      const server = startServer(
        function* stream(reader, writer) {
          writer.write(BYTES);
          yield* left.wait();
          yield* reader.read();
          writer.abort();
        },
        "127.0.0.1",
        0,
      );
      yield* asyncWith(server, function* talk(listening) {
        const [reader, writer] = yield* openConnection("127.0.0.1", listening.port);
        writer.write("everything, please");
        yield* held(reader);
        writer.close();
        yield* waitFor(writer.waitClosed(), 1);
        const [, silent] = yield* openConnection("127.0.0.1", listening.port);
        silent.write("nothing, please");
        (silent.getExtraInfo("socket") as Socket).pause();
        silent.close();
        yield* waitFor(silent.waitClosed(), 1);
        left.set();
      });
    });
  });

  it("cuts off a peer that never ends, at the end of the run within a second", async () => {
    const peers: Socket[] = [];
    const before = performance.now();
    await run(function* main() {
      const closing = getRunningLoop().createFuture<void>();
      const server = yield* startServer(
        (reader, writer) => {
          createTask(function* close() {
            yield* held(reader);
            writer.write("no");
            writer.close();
            closing.setResult();
          });
        },
        "127.0.0.1",
        0,
      );
      const peer = netConnect({ port: server.port, host: "127.0.0.1", allowHalfOpen: true });
      peer.on("error", () => {});
      peers.push(peer.resume());
      peer.write(BYTES);
      yield* closing;
      yield* waitForEvent(peer, "end");
      expect(peer.destroyed).toBe(false);
    });
    expect(performance.now() - before).toBeLessThan(1900);
    await run(function* end() {
      for (const peer of peers) yield* fromPromise(ended(peer));
    });
  });

  function ended(peer: Socket): Promise<void> {
    return new Promise((resolve) => {
      if (peer.closed) resolve();
      else peer.once("close", resolve).destroy();
    });
  }
});
