import { connect as netConnect } from "node:net";
import { Duplex, PassThrough } from "node:stream";
import { connect as tlsConnect } from "node:tls";
import { describe, expect, it } from "vitest";
import { raisedBy } from "../../test/errors.js";
import {
  asyncWith,
  type Coroutine,
  createTask,
  isCancelled,
  run,
  sleep,
  TimeoutError,
} from "../index.js";
import { waitForEvent } from "../interop/wait-for-event.js";
import { memoryStreams } from "./memory-streams.js";
import { streamReaderFrom } from "./node-streams.js";
import { openConnection, type Streams } from "./open-connection.js";
import { leavesNoResources } from "./resources.contract.js";
import type { Server } from "./server.js";
import { startServer } from "./start-server.js";
import { certificates } from "./stream-kinds.contract.js";
import type { StreamReader } from "./stream-reader.js";
import type { StreamWriter } from "./stream-writer.js";

leavesNoResources();

/** A service that begins in the clear and changes to TLS when it is asked to. */
function* changing(reader: StreamReader, writer: StreamWriter): Coroutine<void> {
  expect(String(yield* reader.readLine())).toBe("starttls\n");
  writer.write("go ahead\n");
  yield* writer.startTls(certificates.localhost);
  expect(writer.canWriteEof()).toBe(false);
  const line = yield* reader.readLine();
  writer.write(`secretly ${line}`);
  writer.close();
}

function withServer(
  handler: (reader: StreamReader, writer: StreamWriter) => Coroutine<void>,
  block: (server: Server) => Coroutine<void>,
): Promise<void> {
  return run(() => asyncWith(startServer(handler, "127.0.0.1", 0, { grace: "2s" }), block));
}

function* ask(server: Server, host = "127.0.0.1"): Coroutine<Streams> {
  const [reader, writer] = yield* openConnection(host, server.port);
  writer.write("starttls\n");
  expect(String(yield* reader.readLine())).toBe("go ahead\n");
  return [reader, writer];
}

describe("StreamWriter.startTls()", () => {
  it("changes an open connection to TLS, at both ends", () =>
    withServer(changing, function* talk(server) {
      const [reader, writer] = yield* ask(server, "localhost");
      yield* writer.startTls(certificates.authority);
      expect(writer.getExtraInfo("peercert")?.subject.CN).toBe("localhost");
      writer.write("hello\n");
      expect(String(yield* reader.read())).toBe("secretly hello\n");
      yield* writer.waitClosed();
      expect(yield* raisedBy(writer.startTls())).toMatchObject({ code: "ERR_CANNOT_START_TLS" });
    }));

  it("hands over what the other end has sent too early", () =>
    withServer(changing, function* talk(server) {
      // The first packet of the handshake comes with the command.
      const raw = netConnect(server.port, "127.0.0.1");
      yield* waitForEvent(raw, "connect");
      const pipe = new PassThrough();
      const tunnel = Duplex.from({ readable: pipe, writable: raw });
      raw.write("starttls\n");
      raw.cork();
      const secure = tlsConnect({
        socket: tunnel,
        ...certificates.authority,
        servername: "localhost",
      });
      setImmediate(() => raw.uncork());
      let answer = "";
      raw.on("data", (data: Buffer) => {
        if (answer !== "") pipe.write(data);
        else {
          answer = String(data.subarray(0, 9));
          pipe.write(data.subarray(9));
        }
      });
      const secureReader = streamReaderFrom(secure);
      secure.write("early\n");
      expect(String(yield* secureReader.readLine())).toBe("secretly early\n");
      expect(answer).toBe("go ahead\n");
      secure.destroy();
      raw.destroy();
    }));

  it("raises a certificate that does not fit, and the server goes on", () =>
    withServer(
      function* handle(reader, writer) {
        try {
          yield* changing(reader, writer);
        } catch (error) {
          expect(error).toMatchObject({ name: "ConnectionError" });
        }
      },
      function* talk(server) {
        const address = `127.0.0.1:${server.port}`;
        const [reader, writer] = yield* ask(server);
        const error = yield* raisedBy(writer.startTls());
        expect(error).toMatchObject({ code: "UNABLE_TO_VERIFY_LEAF_SIGNATURE", address });
        expect(String(error)).toContain(`Cannot start TLS with ${address}`);
        expect(yield* raisedBy(reader.read())).toBe(error);
        expect(writer.isClosing()).toBe(true);
        const [again, trusting] = yield* ask(server);
        yield* trusting.startTls(certificates.authority);
        trusting.write("x\n");
        expect(String(yield* again.read())).toBe("secretly x\n");
      },
    ));

  it("gives up after its time, and cuts the connection off when it is cancelled", () =>
    withServer(
      function* handle(reader, writer) {
        yield* reader.readLine();
        writer.write("go ahead\n");
        yield* reader.read();
        writer.close();
      },
      function* talk(server) {
        const [, late] = yield* ask(server);
        const options = { ...certificates.authority, handshakeTime: "10ms" } as const;
        expect(yield* raisedBy(late.startTls(options))).toBeInstanceOf(TimeoutError);
        const [, writer] = yield* ask(server);
        const task = createTask(writer.startTls(certificates.authority));
        yield* sleep("2ms");
        task.cancel();
        expect(isCancelled(yield* raisedBy(task))).toBe(true);
        expect(writer.isClosing()).toBe(true);
      },
    ));

  it("is refused where there is no socket", async () => {
    await run(function* main() {
      const [[, writer]] = memoryStreams();
      expect(yield* raisedBy(writer.startTls())).toMatchObject({ code: "ERR_CANNOT_START_TLS" });
    });
  });
});
