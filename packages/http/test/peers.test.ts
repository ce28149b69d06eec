/** The server beside clients, and the clients beside servers, that others have written. */
import { execFile, spawn } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import {
  asyncFor,
  asyncGenerator,
  asyncWith,
  type Coroutine,
  createTask,
  fromPromise,
  run,
  sleep,
} from "tsyncio";
import { afterAll, expect, test } from "vitest";
import {
  eventStreamResponse,
  fetch,
  type Handler,
  openWebSocket,
  readChunks,
  streamBody,
} from "../src/index.js";
import { cert, key } from "./certificate.js";
import { failure, withServer } from "./harness.js";

const execute = promisify(execFile);
const folder = mkdtempSync(join(tmpdir(), "tsyncio-http-"));

afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** True when `program` runs here; where everything must be there, its absence is an error. */
async function found(program: string): Promise<boolean> {
  try {
    await execute(program, ["--version"]);
    return true;
  } catch (error) {
    if (process.env["CI"] === "true") throw error;
    console.log(`did not run: no ${program}`);
    return false;
  }
}

/** Says what it was asked, or gives back what it was sent, as it comes. */
const mirror: Handler = function* mirror(request) {
  yield* sleep(0);
  const { pathname } = new URL(request.url);
  if (pathname === "/events") return eventStreamResponse(["one", "two"]);
  if (request.method === "GET" || request.method === "HEAD") {
    return new Response(`${request.method} ${pathname} ${request.headers.get("user-agent")}`);
  }
  return new Response(
    streamBody(
      asyncGenerator<Uint8Array>(function* back(emit) {
        yield* asyncFor(readChunks(request), function* each(chunk) {
          yield* emit(chunk);
        });
      }),
    ),
  );
};

test("serve() answers curl", async () => {
  if (!(await found("curl"))) return;
  const upload = join(folder, "upload");
  writeFileSync(upload, "0123456789abcdef".repeat(64 * 1024));
  await withServer(
    mirror,
    function* main({ url }, reports) {
      const curl = function* curl(...args: string[]): Coroutine<string> {
        const options = { maxBuffer: 64 * 1024 * 1024 };
        const all = ["-sS", "--max-time", "10", "-A", "test", ...args];
        return (yield* fromPromise(execute("curl", all, options))).stdout;
      };
      // Two requests on one connection.
      const twice = yield* curl("-w", " %{num_connects};", `${url}/a`, `${url}/b`);
      expect(twice).toBe("GET /a test 1;GET /b test 0;");
      expect(yield* curl("-0", `${url}/old`)).toBe("GET /old test");
      expect(yield* curl("-I", `${url}/head`)).toMatch(/^HTTP\/1\.1 200 OK\r\n/);
      const sent = ["-H", "Expect: 100-continue", "--data-binary", `@${upload}`];
      expect((yield* curl(...sent, url)).length).toBe(1024 * 1024);
      const chunked = ["-H", "Transfer-Encoding: chunked", "-T", upload];
      expect((yield* curl(...chunked, url)).length).toBe(1024 * 1024);
      expect(yield* curl(`${url}/events`)).toBe(":\n\ndata: one\n\ndata: two\n\n");
      writeFileSync(upload, "x".repeat(3 * 1024 * 1024));
      const status = ["-o", "/dev/null", "-w", "%{http_code}"];
      expect(yield* curl(...status, "--data-binary", `@${upload}`, url)).toBe("413");
      expect(yield* curl(...status, url)).toBe("200");
      expect(reports).toEqual([]);
    },
    { limits: { bodySize: 2 * 1024 * 1024 } },
  );
});

test("serve() with tls answers curl, and clients refuse a certificate they do not trust", async () => {
  const authority = join(folder, "cert.pem");
  writeFileSync(authority, cert);
  await withServer(
    function* handler(request, context) {
      if (request.headers.get("upgrade") === null) return new Response(request.url);
      const socket = yield* context.upgradeWebSocket();
      yield* socket.send("secret");
      return undefined;
    },
    function* main(server, reports) {
      const url = `https://localhost:${server.port}/`;
      expect(server.url).toBe(`https://127.0.0.1:${server.port}`);
      expect(yield* failure(createTask(fetch(url)))).toMatchObject({
        code: "DEPTH_ZERO_SELF_SIGNED_CERT",
        message: expect.stringContaining(`Cannot fetch ${url}: `) as string,
      });
      const secure = url.replace("https", "wss");
      expect(yield* failure(createTask(openWebSocket(secure)))).toMatchObject({
        code: "DEPTH_ZERO_SELF_SIGNED_CERT",
        message: expect.stringContaining(`Cannot open ${secure}: `) as string,
      });
      expect(
        yield* failure(
          createTask(
            openWebSocket(secure.replace("localhost", "127.0.0.1"), { tls: { ca: cert } }),
          ),
        ),
      ).toMatchObject({ code: "ERR_TLS_CERT_ALTNAME_INVALID" });
      const socket = yield* openWebSocket(secure, { tls: { ca: cert } });
      yield* asyncWith(socket, function* use() {
        expect(yield* socket.receive()).toBe("secret");
      });
      if (yield* fromPromise(found("curl"))) {
        const args = ["-sS", "--cacert", authority, url];
        expect((yield* fromPromise(execute("curl", args))).stdout).toBe(url);
      }
      expect(reports).toEqual([]);
    },
    { tls: { cert, key } },
  );
});

const CLIENT = `
import http.client, sys, urllib.error, urllib.request
port = int(sys.argv[1])
connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
for path in ("/a", "/b"):
    connection.request("GET", path, headers={"User-Agent": "python"})
    print(connection.getresponse().read().decode())
connection.request("POST", "/c", body=(b"chunk %d;" % i for i in range(3)), encode_chunked=True)
print(connection.getresponse().read().decode())
connection.close()
try:
    urllib.request.urlopen(f"http://127.0.0.1:{port}/big", data=b"x" * 5000)
except urllib.error.HTTPError as error:
    print(error.code)
print(urllib.request.urlopen(f"http://127.0.0.1:{port}/", data=b"sent").read().decode())
`;

test("serve() answers Python's http.client and urllib", async () => {
  if (!(await found("python3"))) return;
  await withServer(
    mirror,
    function* main({ port }, reports) {
      const { stdout } = yield* fromPromise(execute("python3", ["-c", CLIENT, String(port)]));
      expect(stdout.split("\n")).toEqual([
        "GET /a python",
        "GET /b python",
        "chunk 0;chunk 1;chunk 2;",
        "413",
        "sent",
        "",
      ]);
      expect(reports).toEqual([]);
    },
    { limits: { bodySize: 1000 } },
  );
});

const SERVER = `
import http.server
class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    def log_message(self, *args): pass
    def do_GET(self):
        self.send_response(200)
        self.send_header("Transfer-Encoding", "chunked")
        self.end_headers()
        for line in (b"first\\n", b"second\\n"):
            self.wfile.write(b"%x\\r\\n%s\\r\\n" % (len(line), line))
        self.wfile.write(b"0\\r\\n\\r\\n")
    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.send_response(201)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body.upper())
server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
print(server.server_port, flush=True)
server.serve_forever()
`;

test("fetch() talks to Python's http.server", async () => {
  if (!(await found("python3"))) return;
  const server = spawn("python3", ["-c", SERVER], { stdio: ["ignore", "pipe", "inherit"] });
  const port = await new Promise<string>((resolve) =>
    server.stdout.setEncoding("utf8").once("data", (text: string) => resolve(text.trim())),
  );
  try {
    await run(function* main() {
      const url = `http://127.0.0.1:${port}`;
      const lines: string[] = [];
      yield* asyncFor((yield* fetch(url)).lines(), function* take(line) {
        lines.push(line);
      });
      expect(lines).toEqual(["first", "second"]);
      const response = yield* fetch(url, { method: "POST", body: "shout" });
      expect([response.status, yield* response.text()]).toEqual([201, "SHOUT"]);
    });
  } finally {
    server.kill();
  }
});
