/** echo: its handler under clients of all kinds, and the program in both its forms. */

import { once } from "node:events";
import { connect } from "node:net";
import * as asyncio from "tsyncio";
import { openConnection, type SocketAddress, startServer } from "tsyncio/node";
import { describe, expect, test } from "vitest";
import { echo } from "./echo/echo.gen.js";
import { startChild, tsyncioRun } from "./testing/child-program.js";
import { expectNoLeftovers } from "./testing/leftovers.contract.js";

expectNoLeftovers();

/** Runs `use` with the port of an echo server. */
function withEcho(use: (port: number) => asyncio.Coroutine<void>): Promise<void> {
  return asyncio.run(
    asyncio.asyncWith(startServer(echo, "127.0.0.1", 0), (server) =>
      use((server.sockets[0] as SocketAddress).port),
    ),
  );
}

describe("echo()", () => {
  test("sends back every byte, and the end", async () => {
    const sent = Buffer.from(Array.from({ length: 300_000 }, (_, n) => (n * 7) % 256));
    await withEcho(function* (port) {
      const [reader, writer] = yield* openConnection("127.0.0.1", port);
      yield* asyncio.asyncWith(writer, function* () {
        const received = asyncio.createTask(reader.read());
        writer.write(sent);
        writer.writeEof();
        expect(sent.equals(yield* received)).toBe(true);
      });
    });
  });

  test("serves its clients at the same time", async () => {
    await withEcho(function* (port) {
      const barrier = new asyncio.Barrier(5);
      function* client(name: string) {
        const [reader, writer] = yield* openConnection("127.0.0.1", port);
        yield* asyncio.asyncWith(writer, function* () {
          yield* barrier.wait();
          writer.write(`${name}\n`);
          const line = yield* reader.readLine();
          yield* barrier.wait();
          return line.toString();
        });
      }
      yield* asyncio.gather(["a", "b", "c", "d", "e"].map(client));
    });
  });

  test("reads no more from a client that does not take its echo", async () => {
    await withEcho(function* (port) {
      const [, writer] = yield* openConnection("127.0.0.1", port);
      yield* asyncio.asyncWith(writer, function* () {
        const chunk = Buffer.alloc(1 << 20);
        let sent = 0;
        function* send() {
          for (; sent < 256; sent++) {
            writer.write(chunk);
            yield* writer.drain();
          }
        }
        const sending = asyncio.createTask(send());
        yield* asyncio.wait([sending], { timeout: 1 });
        expect(sending.done()).toBe(false);
        sending.cancel();
        writer.abort();
        yield* asyncio.wait([sending]);
      });
    });
  });
});

describe("the program", () => {
  const shown = [
    expect.stringMatching(/^echo on 127\.0\.0\.1:\d+$/),
    "Anna hears: hello",
    "Anna hears: is anybody there?",
    "Boris hears: good morning",
    "the server is closed",
  ];

  test("shows itself when no port is given", async () => {
    const ending = await startChild(["echo"]);
    expect(ending).toMatchObject({ code: 0, lines: shown, errors: "" });
  });

  for (const file of ["echo/echo.ts", "echo/echo.gen.ts"]) {
    test(`tsyncio run ${file} shows the same`, async () => {
      const ending = await tsyncioRun([file]);
      expect(ending).toMatchObject({ code: 0, lines: shown, errors: "" });
    });

    test(`tsyncio run ${file} PORT serves until Ctrl-C`, async () => {
      let heard = "";
      const { errors, ...ending } = await tsyncioRun([file, "0"], {
        onLine: async (line, child) => {
          const socket = connect(Number(line.split(":").at(-1)), "127.0.0.1", () => {
            socket.end("ping\n");
          });
          socket.on("data", (data) => {
            heard += data;
          });
          await once(socket, "close");
          child.kill("SIGINT");
        },
      });
      expect(heard).toBe("ping\n");
      expect(errors).toBe("");
      expect(ending).toMatchObject({ code: null, signal: "SIGINT" });
    });
  }
});
