import { describe, expect, it } from "vitest";
import { asyncFunction } from "../../test/async-function.js";
import { raisedBy, withCode } from "../../test/errors.js";
import { threadReports } from "../../test/reports.js";
import {
  asyncWith,
  ContextVar,
  type Coroutine,
  createTask,
  currentTask,
  Event,
  gather,
  isCancelled,
  run,
  sleep,
  type Task,
} from "../index.js";
import { openConnection } from "./open-connection.js";
import { leavesNoResources } from "./resources.contract.js";
import type { Server } from "./server.js";
import { type ServerOptions, startServer } from "./start-server.js";
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

/** Says `word` and gives what comes back. */
function* ask(server: Server, word: string): Coroutine<string> {
  return yield* asyncWith(
    openConnection("127.0.0.1", server.port),
    function* talk([reader, writer]) {
      writer.write(word);
      writer.writeEof();
      return String(yield* reader.read());
    },
  );
}

describe("startServer()", () => {
  it("serves each connection by a task of the run", async () => {
    const names = new Set<string>();
    const answers = await run(() =>
      asyncWith(
        listen(function* handle(reader, writer) {
          names.add((currentTask() as Task).name);
          yield* echo(reader, writer);
        }),
        (server) => gather(Array.from({ length: 50 }, (_, n) => ask(server, `client ${n}`))),
      ),
    );
    expect(answers).toEqual(Array.from({ length: 50 }, (_, n) => `client ${n}`));
    expect(names.size).toBe(50);
  });

  it("takes a lowered async function as handler", async () => {
    const handle = asyncFunction("handle", function* (reader: StreamReader, writer: StreamWriter) {
      const line: Buffer = yield reader.readLine();
      writer.write(`lowered ${line}`);
      writer.close();
    });
    const answer = await run(() => asyncWith(listen(handle), (server) => ask(server, "call\n")));
    expect(answer).toBe("lowered call\n");
  });

  it("leaves the connection to a handler that returns nothing", async () => {
    const answer = await run(() =>
      asyncWith(
        listen((_reader, writer) => {
          writer.write("served without a task");
          writer.close();
        }),
        (server) => ask(server, ""),
      ),
    );
    expect(answer).toBe("served without a task");
  });

  it("reports the error of a handler, closes its connection and goes on", async () => {
    await run(() =>
      asyncWith(
        listen(function* handle(reader, writer) {
          const word = String(yield* reader.read());
          if (word === "bad") throw new Error("from the handler");
          writer.write(word);
          writer.close();
        }),
        function* talk(server) {
          expect(yield* ask(server, "bad")).toBe("");
          expect(yield* ask(server, "good")).toBe("good");
        },
      ),
    );
    expect(reports.list).toEqual([
      "Unhandled exception in the handler of a connection: Error: from the handler",
    ]);
  });

  it("reports a handler that is an async function nobody has lowered, with the cure", async () => {
    async function handle(): Promise<void> {}
    const answer = await run(() => asyncWith(listen(handle), (server) => ask(server, "x")));
    expect(answer).toBe("");
    expect(reports.list.join()).toContain("expected a coroutine, got Promise");
  });

  it("closes the connection of a cancelled handler and says nothing", async () => {
    await run(() =>
      asyncWith(
        listen(function* handle() {
          currentTask()?.cancel();
          yield* sleep(3600);
        }),
        function* talk(server) {
          expect(yield* ask(server, "x")).toBe("");
        },
      ),
    );
    expect(reports.list).toEqual([]);
  });

  it("keeps the connection of a handler that has returned until the peer ends its side", async () => {
    await run(() =>
      asyncWith(
        listen(function* handle(_reader, writer) {
          writer.write("hello");
        }),
        function* talk(server) {
          const [reader, writer] = yield* openConnection("127.0.0.1", server.port);
          expect(String(yield* reader.readExactly(5))).toBe("hello");
          const rest = createTask(reader.read());
          yield* sleep("5ms");
          expect(rest.done()).toBe(false);
          writer.writeEof();
          expect(String(yield* rest)).toBe("");
          yield* writer.waitClosed();
        },
      ),
    );
  });

  it("gives handlers the context in which it was called", async () => {
    const user = new ContextVar("user", { default: "nobody" });
    const answer = await run(function* main() {
      user.set("ann");
      const server = yield* listen(function* handle(_reader, writer) {
        writer.write(user.get());
        user.set("handler");
        writer.close();
      });
      user.set("bob");
      const first = yield* ask(server, "");
      return [first, yield* ask(server, ""), user.get()];
    });
    expect(answer).toEqual(["ann", "ann", "bob"]);
  });

  it("listens on several addresses, and passes over one that this machine has not", async () => {
    await run(function* main() {
      const hosts = ["127.0.0.1", "127.0.0.2", "192.0.2.1"];
      yield* asyncWith(startServer(echo, hosts, 0), function* talk(server) {
        const addresses = server.sockets.map((each) => (each as { address: string }).address);
        expect(addresses).toEqual(["127.0.0.1", "127.0.0.2"]);
        expect(server.isServing()).toBe(true);
        expect(server.port).toBe((server.sockets[0] as { port: number }).port);
        yield* sleep(0);
      });
      expect(yield* raisedBy(startServer(echo, "192.0.2.1", 0))).toMatchObject({
        code: "EADDRNOTAVAIL",
        address: "192.0.2.1:0",
      });
    });
  });

  it("raises the address of a port that is in use, and a name that does not resolve", async () => {
    await run(() =>
      asyncWith(listen(), function* talk(server) {
        const port = server.port;
        const error = yield* raisedBy(startServer(echo, "127.0.0.1", port));
        expect(error).toMatchObject({ name: "ConnectionError", code: "EADDRINUSE" });
        expect(error).toMatchObject({ cause: { syscall: "listen" } });
        expect(String(error)).toContain(`127.0.0.1:${port}`);
        expect(String(yield* raisedBy(startServer(echo, "no.invalid", 1)))).toContain("no.invalid");
        expect(yield* ask(server, "still serving")).toBe("still serving");
      }),
    );
  });

  it("refuses wrong arguments", () => {
    expect(() => startServer("x" as never, "127.0.0.1", 0)).toThrow(withCode("ERR_INVALID_ARG"));
    for (const port of [-1, 65_536, 1.5, "80"]) {
      expect(() => startServer(echo, null, port as number)).toThrow(withCode("ERR_INVALID_ARG"));
    }
    for (const host of [undefined, [], "", ["127.0.0.1", ""], 5]) {
      expect(() => startServer(echo, host as never, 0)).toThrow(withCode("ERR_INVALID_ARG"));
    }
    expect(() => listen(echo, { limit: 0 })).toThrow(withCode("ERR_INVALID_ARG"));
    for (const options of [{ grace: "zz" }, { handshakeTime: "zz" }]) {
      expect(() => listen(echo, options as never)).toThrow(withCode("ERR_INVALID_DURATION"));
    }
  });
});

describe("Server", () => {
  it("close() accepts nobody any more and leaves the connections", async () => {
    await run(function* main() {
      const server = yield* listen();
      const port = server.port;
      const [reader, writer] = yield* openConnection("127.0.0.1", port);
      writer.write("a");
      yield* reader.readExactly(1);
      server.close();
      server.close();
      expect([server.isServing(), server.sockets, server.port]).toEqual([false, [], 0]);
      expect(yield* raisedBy(openConnection("127.0.0.1", port))).toMatchObject({
        code: "ECONNREFUSED",
      });
      writer.write("b");
      expect(String(yield* reader.readExactly(1))).toBe("b");
      const closed = createTask(server.waitClosed());
      yield* sleep("2ms");
      expect(closed.done()).toBe(false);
      writer.close();
      yield* closed;
      yield* server.waitClosed();
    });
  });

  it("waitClosed() waits for close() when there is no connection", async () => {
    await run(function* main() {
      const server = yield* listen();
      const closed = createTask(server.waitClosed());
      yield* sleep("2ms");
      expect(closed.done()).toBe(false);
      server.close();
      yield* closed;
    });
  });

  it("closeClients() sends what was written, abortClients() does not wait", async () => {
    await run(function* main() {
      const written = new Event();
      for (const end of ["closeClients", "abortClients"] as const) {
        written.clear();
        const server = yield* listen((_reader, writer) => {
          writer.write(Buffer.alloc(32_000_000));
          written.set();
        });
        const [reader] = yield* openConnection("127.0.0.1", server.port);
        yield* written.wait();
        server[end]();
        const [got] = yield* gather([reader.read()], { returnExceptions: true });
        const size = Buffer.isBuffer(got) ? got.length : 0;
        if (end === "closeClients") expect(size).toBe(32_000_000);
        else expect(size).toBeLessThan(32_000_000);
        server.close();
        yield* server.waitClosed();
      }
    });
  });

  it("serveForever() ends the server when its task is cancelled", async () => {
    await run(function* main() {
      const server = yield* listen(echo, { grace: 0 });
      const [reader] = yield* openConnection("127.0.0.1", server.port);
      const serving = createTask(server.serveForever());
      yield* sleep(0);
      expect(yield* raisedBy(server.serveForever())).toMatchObject({ code: "ERR_SERVER_BUSY" });
      serving.cancel("enough");
      expect(yield* raisedBy(serving)).toMatchObject({ code: "ERR_CANCELLED", reason: "enough" });
      expect(String(yield* reader.read())).toBe("");
      expect(yield* raisedBy(server.serveForever())).toMatchObject({ code: "ERR_SERVER_CLOSED" });
    });
  });

  it("serveForever() raises CancelledError after close(), when the last client has left", async () => {
    await run(function* main() {
      const server = yield* listen();
      const [, writer] = yield* openConnection("127.0.0.1", server.port);
      const serving = createTask(server.serveForever());
      yield* sleep(0);
      server.close();
      yield* sleep("2ms");
      expect(serving.done()).toBe(false);
      writer.close();
      expect(isCancelled(yield* raisedBy(serving))).toBe(true);
    });
  });
});
