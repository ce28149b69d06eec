/** Programs that know nothing of us: curl, openssl, Python's asyncio. */
import { execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { asyncWith, type Coroutine, fromPromise, run } from "../index.js";
import { openConnection } from "./open-connection.js";
import { leavesNoResources } from "./resources.contract.js";
import type { Server } from "./server.js";
import { type ServerOptions, startServer } from "./start-server.js";
import { certificates } from "./stream-kinds.contract.js";
import type { StreamReader } from "./stream-reader.js";
import type { StreamWriter } from "./stream-writer.js";

leavesNoResources();

const fixtures = fileURLToPath(new URL("../../test/fixtures/", import.meta.url));
const authority = `${fixtures}tls/authority.pem`;

/** Runs `test` where `program` is; where it is not, a line says so, and with `CI=true` the test fails. */
function withProgram(program: string, name: string, test: () => Promise<void>): void {
  it(`${program} ${name}`, async () => {
    try {
      execFileSync(program, [program === "openssl" ? "version" : "--version"], { stdio: "ignore" });
    } catch (error) {
      if (process.env["CI"] === "true") throw error;
      console.warn(`${program} was not found: "${name}" did not run`);
      return;
    }
    await test();
  });
}

/** What `program` prints, given `input`. */
function* output(program: string, args: string[], input = ""): Coroutine<string> {
  return yield* fromPromise(async () => {
    const child = spawn(program, args, { stdio: ["pipe", "pipe", "inherit"] });
    let text = "";
    child.stdout.on("data", (data) => {
      text += data;
    });
    child.stdin.end(input);
    await once(child, "close");
    return text;
  });
}

function* echoLines(reader: StreamReader, writer: StreamWriter): Coroutine<void> {
  for (;;) {
    const line = yield* reader.readLine();
    if (line.length === 0) break;
    writer.write(line);
    yield* writer.drain();
  }
  writer.close();
}

/** Answers any request of HTTP with its first line. */
function* answerHttp(reader: StreamReader, writer: StreamWriter): Coroutine<void> {
  const head = String(yield* reader.readUntil("\r\n\r\n"));
  const length = Number(/content-length: (\d+)/i.exec(head)?.[1] ?? 0);
  const body = yield* reader.readExactly(length);
  const answer = `${head.split("\r\n")[0]} ${body}`;
  writer.write(`HTTP/1.1 200 OK\r\nContent-Length: ${answer.length}\r\n\r\n`);
  writer.write(answer);
  writer.close();
}

function serving(
  handler: (reader: StreamReader, writer: StreamWriter) => Coroutine<void>,
  options: ServerOptions,
  block: (server: Server) => Coroutine<void>,
): Promise<void> {
  return run(() => asyncWith(startServer(handler, "127.0.0.1", 0, options), block));
}

describe("a server", () => {
  const secure = { tls: certificates.localhost };

  withProgram("curl", "gets and posts", () =>
    serving(answerHttp, {}, function* talk(server) {
      const url = `http://127.0.0.1:${server.port}/path`;
      expect(yield* output("curl", ["-s", url])).toBe("GET /path HTTP/1.1 ");
      const posted = yield* output("curl", ["-s", "--data-binary", "@-", url], "x".repeat(900));
      expect(posted).toBe(`POST /path HTTP/1.1 ${"x".repeat(900)}`);
    }),
  );

  withProgram("curl", "gets with TLS", () =>
    serving(answerHttp, secure, function* talk(server) {
      const url = `https://localhost:${server.port}/`;
      const args = ["-s", "--http1.1", "--cacert", authority, url];
      expect(yield* output("curl", args)).toBe("GET / HTTP/1.1 ");
    }),
  );

  withProgram("openssl", "s_client talks with TLS", () =>
    serving(echoLines, secure, function* talk(server) {
      const args = ["s_client", "-quiet", "-no_ign_eof", "-verify_return_error"];
      const target = ["-connect", `localhost:${server.port}`, "-CAfile", authority];
      const child = spawn("openssl", [...args, ...target], { stdio: ["pipe", "pipe", "ignore"] });
      const answer = yield* fromPromise(async () => {
        child.stdin.write("hello\n");
        const [data] = (await once(child.stdout, "data")) as [Buffer];
        child.stdin.end();
        await once(child, "close");
        return String(data);
      });
      expect(answer).toBe("hello\n");
    }),
  );

  withProgram("python3", "talks by asyncio's streams", () =>
    serving(echoLines, {}, function* talk(server) {
      const args = [`${fixtures}streams_client.py`, String(server.port)];
      expect(yield* output("python3", args)).toBe("100 lines, then the end\n");
    }),
  );
});

describe("a client", () => {
  withProgram("python3", "serves it by asyncio's streams", () =>
    run(function* main() {
      const child = spawn("python3", [`${fixtures}streams_server.py`], {
        stdio: ["pipe", "pipe", "inherit"],
      });
      const port = Number(
        yield* fromPromise(async () => String(((await once(child.stdout, "data")) as [Buffer])[0])),
      );
      yield* asyncWith(openConnection("127.0.0.1", port), function* ask([reader, writer]) {
        writer.write("x".repeat(300_000));
        writer.writeEof();
        expect(String(yield* reader.readLine())).toBe("300000 bytes\n");
        expect(String(yield* reader.read())).toBe("bye");
      });
      yield* fromPromise(async () => {
        child.stdin.end();
        await once(child, "close");
      });
    }),
  );
});
