import { connect as netConnect, type Socket } from "node:net";
import { describe, expect, it } from "vitest";
import { raisedBy } from "../../test/errors.js";
import { threadReports } from "../../test/reports.js";
import {
  allTasks,
  asyncWith,
  type Coroutine,
  createTask,
  Event,
  getRunningLoop,
  isCancelled,
  run,
  sleep,
} from "../index.js";
import { openConnection } from "./open-connection.js";
import { leavesNoResources } from "./resources.contract.js";
import { type ServerOptions, startServer } from "./start-server.js";
import { certificates } from "./stream-kinds.contract.js";
import type { StreamReader } from "./stream-reader.js";
import type { StreamWriter } from "./stream-writer.js";

leavesNoResources();
const reports = threadReports();

function* echo(reader: StreamReader, writer: StreamWriter): Coroutine<void> {
  for (;;) {
    const data = yield* reader.read(65_536);
    if (data.length === 0) break;
    writer.write(data);
    yield* writer.drain();
  }
  writer.close();
}

function listen(handler: Parameters<typeof startServer>[0] = echo, options?: ServerOptions) {
  return startServer(handler, "127.0.0.1", 0, options);
}

describe("the end of a server's block", () => {
  it("lets handlers finish within the grace time, without being cancelled", async () => {
    const log: string[] = [];
    await run(function* main() {
      let reader: StreamReader | undefined;
      yield* asyncWith(
        listen(function* handle(_reader, writer) {
          log.push("began");
          yield* sleep("20ms");
          writer.write("finished");
          writer.close();
          log.push("finished");
        }),
        function* talk(server) {
          [reader] = yield* openConnection("127.0.0.1", server.port);
          while (log.length === 0) yield* sleep(0);
        },
      );
      expect(String(yield* (reader as StreamReader).read())).toBe("finished");
    });
    expect(log).toEqual(["began", "finished"]);
  });

  it("cancels handlers after the grace time and waits for their cleanup", async () => {
    const log: string[] = [];
    await run(function* main() {
      let reader: StreamReader | undefined;
      yield* asyncWith(
        listen(
          function* handle(_reader, writer) {
            try {
              log.push("began");
              yield* sleep(3600);
            } finally {
              yield* sleep("5ms");
              writer.write("goodbye");
              log.push("cleaned up");
            }
          },
          { grace: "10ms" },
        ),
        function* talk(server) {
          [reader] = yield* openConnection("127.0.0.1", server.port);
          while (log.length === 0) yield* sleep(0);
        },
      );
      expect(String(yield* (reader as StreamReader).read())).toBe("goodbye");
    });
    expect(log).toEqual(["began", "cleaned up"]);
    expect(reports.list).toEqual([]);
  });

  it("closes connections whose handlers have returned, and those without a task after the grace time", async () => {
    await run(function* main() {
      for (const handler of [function* handle() {}, () => {}]) {
        let reader: StreamReader | undefined;
        yield* asyncWith(listen(handler, { grace: "10ms" }), function* talk(server) {
          [reader] = yield* openConnection("127.0.0.1", server.port);
          yield* sleep("2ms");
        });
        expect(String(yield* (reader as StreamReader).read())).toBe("");
      }
    });
  });

  it("comes at once when the task is cancelled during it", async () => {
    const log: string[] = [];
    await run(function* main() {
      const began = new Event();
      const serving = createTask(
        asyncWith(
          listen(
            function* handle(reader) {
              began.set();
              try {
                yield* reader.read();
              } finally {
                log.push("handler ended");
              }
            },
            { grace: 3600 },
          ),
          function* talk(server) {
            yield* openConnection("127.0.0.1", server.port);
            yield* began.wait();
          },
        ),
      );
      yield* began.wait();
      yield* sleep("5ms");
      serving.cancel();
      expect(isCancelled(yield* raisedBy(serving))).toBe(true);
      yield* sleep("5ms");
    });
    expect(log).toEqual(["handler ended"]);
  });

  it("cuts off TLS connections that never finish their handshake", async () => {
    await run(function* main() {
      let silent: Socket | undefined;
      const options = { tls: certificates.localhost, grace: "5ms" } as const;
      yield* asyncWith(listen(echo, options), function* talk(server) {
        silent = netConnect(server.port, "127.0.0.1");
        silent.on("error", () => {});
        yield* sleep("10ms");
      });
      while (silent?.closed === false) yield* sleep("1ms");
    });
  });
});

describe("the end of a run", () => {
  it("cuts off servers and connections that nobody closed", async () => {
    const log: string[] = [];
    await run(function* main() {
      const server = yield* listen(function* handle(reader) {
        try {
          yield* reader.read();
        } finally {
          log.push("handler ended");
        }
      });
      yield* openConnection("127.0.0.1", server.port);
      yield* openConnection("127.0.0.1", server.port);
      while (allTasks().size < 3) yield* sleep(0);
    });
    expect(log).toEqual(["handler ended", "handler ended"]);
  });

  it("lets connections that are closing send the rest", async () => {
    let port = 0;
    const server = run(function* serve() {
      const received = getRunningLoop().createFuture<number>();
      const handler = function* handle(reader: StreamReader): Coroutine<void> {
        received.setResult((yield* reader.read()).length);
      };
      return yield* asyncWith(listen(handler), function* wait(listening) {
        port = listening.port;
        return yield* received;
      });
    });
    while (port === 0) await new Promise((resolve) => setImmediate(resolve));
    await run(function* client() {
      const [, writer] = yield* openConnection("127.0.0.1", port);
      writer.write(Buffer.alloc(1_000_000));
      writer.close();
    });
    expect(await server).toBe(1_000_000);
  });
});

describe("a client that vanishes", () => {
  it.each([
    ["by closing", "end", (client: Socket) => client.destroy()],
    ["by a reset", "error", (client: Socket) => client.resetAndDestroy()],
  ] as const)("%s frees its task within one turn", async (_how, event, vanish) => {
    await run(function* main() {
      const loop = getRunningLoop();
      const freed = loop.createFuture<boolean>();
      const server = listen((reader, writer) => {
        const serving = createTask(raisedBy(echoOnce(reader)));
        const socket = writer.getExtraInfo("socket") as Socket;
        // Behind the listener of the stream, so that the callback comes behind the task in the same turn.
        socket.once(event, () => loop.callSoon(() => freed.setResult(serving.done())));
        writer.write("hello");
      });
      yield* asyncWith(server, function* talk(listening) {
        const client = netConnect(listening.port, "127.0.0.1");
        client.once("data", () => vanish(client));
        expect(yield* freed).toBe(true);
      });
    });
  });

  function* echoOnce(reader: StreamReader): Coroutine<never> {
    yield* reader.readExactly(100);
    throw new Error("nothing comes");
  }
});
