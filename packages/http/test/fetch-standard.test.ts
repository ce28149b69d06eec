/** What the Fetch standard says of requests, as far as `fetch` follows it. */
import { execFile } from "node:child_process";
import { once } from "node:events";
import { createServer, type IncomingMessage } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { brotliCompressSync, deflateSync, gzipSync } from "node:zlib";
import { buildSync } from "esbuild";
import { createTask, fromPromise, run } from "tsyncio";
import { expect, test } from "vitest";
import { fetch } from "../src/index.js";
import { cert, key } from "./certificate.js";
import { failure, withNode, withServer } from "./harness.js";

const execute = promisify(execFile);

/** All of a request's body. */
async function bodyOf(request: IncomingMessage): Promise<string> {
  let text = "";
  for await (const chunk of request.setEncoding("latin1")) text += chunk;
  return text;
}

/** Says what it was asked, as JSON. */
async function said(request: IncomingMessage): Promise<string> {
  const { method, url, headers } = request;
  return JSON.stringify({ method, url, headers, body: await bodyOf(request) });
}

interface Said {
  readonly method: string;
  readonly url: string;
  readonly headers: Record<string, string>;
  readonly body: string;
}

test("fetch() sends bodies of every kind, with their type and length", async () => {
  await withNode(
    (request, response) => void said(request).then((text) => response.end(text)),
    function* main(url) {
      const form = new FormData();
      form.set("name", "value");
      const stream = new Blob(["stream"]).stream();
      const bodies = [
        ["täxt", "text/plain;charset=UTF-8", "5"],
        [new URLSearchParams({ a: "1 2" }), "application/x-www-form-urlencoded;charset=UTF-8", "5"],
        [new TextEncoder().encode("bytes"), undefined, "5"],
        [new Uint16Array([1, 2]).buffer, undefined, "4"],
        [new Blob(["blob"], { type: "x/y" }), "x/y", "4"],
        [stream, undefined, undefined],
        [["one", "two"], undefined, undefined],
      ] as const;
      for (const [body, type, length] of bodies) {
        const { headers } = yield* (yield* fetch(url, { method: "POST", body })).json<Said>();
        expect([headers["content-type"], headers["content-length"]]).toEqual([type, length]);
        expect(headers["transfer-encoding"]).toBe(length === undefined ? "chunked" : undefined);
      }
      const sent = yield* (yield* fetch(url, { method: "PUT", body: form })).json<Said>();
      expect(sent.headers["content-type"]).toMatch(/^multipart\/form-data; boundary=/);
      expect(sent.body).toContain('name="name"\r\n\r\nvalue');
      const empty = yield* (yield* fetch(url, { method: "post" })).json<Said>();
      expect([empty.method, empty.headers["content-length"]]).toEqual(["POST", "0"]);
    },
  );
});

test("fetch() takes a Request as it is, and refuses bodies that cannot be sent", async () => {
  await withNode(
    (request, response) => void said(request).then((text) => response.end(text)),
    function* main(url) {
      const request = new Request(`${url}/path?q`, {
        method: "PATCH",
        headers: { "x-own": "1", "user-agent": "mine" },
        body: "sent",
      });
      expect(yield* (yield* fetch(request)).json()).toMatchObject({
        method: "PATCH",
        url: "/path?q",
        headers: { "x-own": "1", "user-agent": "mine" },
        body: "sent",
      });
      for (const init of [{ body: "x" }, { method: "POST", body: 42 as never }]) {
        const error = yield* failure(createTask(fetch(url, init)));
        expect(error).toMatchObject({ name: "TypeError", code: "ERR_INVALID_BODY" });
      }
    },
  );
});

test("fetch() follows redirects as the standard does", async () => {
  await withNode(
    (request, response) => {
      const [, status, to = ""] = (request.url ?? "").split("/");
      if (status === "end") {
        void said(request).then((text) => response.end(text));
        return;
      }
      request.resume();
      const location = to === "loop" ? request.url : to === "" ? "/end" : decodeURIComponent(to);
      response.writeHead(Number(status), { location }).end("moved");
    },
    function* main(url) {
      const headers = { authorization: "secret", "x-own": "1" };
      for (const [status, method, wanted] of [
        [301, "POST", "GET "],
        [302, "POST", "GET "],
        [303, "PUT", "GET "],
        [307, "POST", "POST sent"],
        [308, "PUT", "PUT sent"],
        [302, "DELETE", "DELETE sent"],
      ] as const) {
        const response = yield* fetch(`${url}/${status}`, { method, body: "sent", headers });
        const end = yield* response.json<Said>();
        expect(`${end.method} ${end.body}`).toBe(wanted);
        expect([end.headers["authorization"], end.headers["x-own"]]).toEqual(["secret", "1"]);
        expect(response).toMatchObject({ redirected: true, url: `${url}/end` });
        const typed = end.headers["content-type"] !== undefined;
        expect(typed).toBe(end.method !== "GET");
      }
      const other = encodeURIComponent(`${url.replace("127.0.0.1", "localhost")}/end`);
      const away = yield* (yield* fetch(`${url}/302/${other}`, { headers })).json<Said>();
      expect([away.headers["authorization"], away.headers["x-own"]]).toEqual([undefined, "1"]);

      const manual = yield* fetch(`${url}/302`, { redirect: "manual" });
      expect([manual.status, manual.headers.get("location")]).toEqual([302, "/end"]);
      expect(yield* manual.text()).toBe("moved");
      for (const [path, init, what] of [
        ["/302", { redirect: "error" }, "it redirects to /end"],
        ["/302/loop", {}, "it redirects too often"],
        ["/302/ftp%3A%2F%2Fx", {}, 'it redirects to "ftp://x"'],
        ["/307", { method: "POST", body: ["a"] }, "it redirects with 307, and the body was sent"],
      ] as const) {
        const error = yield* failure(createTask(fetch(`${url}${path}`, init)));
        expect(error).toMatchObject({ code: "ERR_REDIRECT" });
        expect((error as Error).message).toContain(`Cannot fetch ${url}${path}: ${what}`);
      }
    },
  );
});

test("fetch() takes content encodings apart, and answers without a body have none", async () => {
  const encoded = {
    gzip: gzipSync("hello"),
    deflate: deflateSync("hello"),
    br: brotliCompressSync("hello"),
    "deflate, gzip": gzipSync(deflateSync("hello")),
    unknown: Buffer.from("hello"),
    broken: Buffer.from("hello"),
  };
  await withNode(
    (request, response) => {
      if (request.url === "/204") response.writeHead(204).end();
      else response.writeHead(200, { "content-encoding": "gzip", "content-length": 5_000 }).end();
    },
    function* main(url) {
      const head = yield* fetch(`${url}/gzip`, { method: "HEAD" });
      expect([head.headers.get("content-length"), head.body]).toEqual(["5000", null]);
      expect(yield* head.text()).toBe("");
      expect((yield* fetch(`${url}/204`)).body).toBe(null);
    },
  );
  await withNode(
    (request, response) => {
      const name = decodeURIComponent(request.url?.slice(1) ?? "") as keyof typeof encoded;
      const encoding = name === "broken" ? "gzip" : name;
      response.writeHead(200, { "content-encoding": encoding }).end(encoded[name]);
    },
    function* main(url) {
      for (const name of ["gzip", "deflate", "br", "deflate, gzip", "unknown"]) {
        const response = yield* fetch(`${url}/${encodeURIComponent(name)}`);
        expect(yield* response.text()).toBe("hello");
      }
      const broken = createTask((yield* fetch(`${url}/broken`)).text());
      expect(yield* failure(broken)).toMatchObject({ name: "FetchError", code: "Z_DATA_ERROR" });
    },
  );
});

test("fetch() uses a connection again, and asks once more when the server has closed it", async () => {
  const ports = new Set<number | undefined>();
  await withNode(
    (request, response) => {
      ports.add(request.socket.remotePort);
      response.end("kept");
      // Closed as soon as it is idle, without a word before.
      if (request.url === "/last") response.once("finish", () => request.socket.end());
    },
    function* main(url) {
      for (const path of ["/1", "/2", "/last"]) {
        expect(yield* (yield* fetch(`${url}${path}`)).text()).toBe("kept");
      }
      expect(ports.size).toBe(1);
      expect(yield* (yield* fetch(`${url}/4`)).text()).toBe("kept");
      expect(ports.size).toBe(2);
    },
  );
});

test("fetch() trusts the authorities it is given, and speaks over Unix sockets and data: addresses", async () => {
  await withServer(
    (request) => new Response(request.url),
    function* main({ port }) {
      const url = `https://localhost:${port}/`;
      expect(yield* (yield* fetch(url, { tls: { ca: cert } })).text()).toBe(url);
    },
    { tls: { cert, key } },
  );
  const path = join(tmpdir(), `tsyncio-http-${process.pid}.sock`);
  await withServer(
    (request) => new Response(request.url),
    function* main(server) {
      expect(server.address).toBe(path);
      const response = yield* fetch("http://service/x", { socketPath: path });
      expect(yield* response.text()).toBe("http://service/x");
    },
    { path },
  );
  await run(function* main() {
    expect(yield* (yield* fetch("data:,hello%20you")).text()).toBe("hello you");
    const error = yield* failure(createTask(fetch("ftp://localhost/")));
    expect(error).toMatchObject({ code: "ERR_INVALID_URL" });
  });
});

test("FetchResponse gives its body once", async () => {
  await withNode(
    (_request, response) => response.end("once"),
    function* main(url) {
      const response = yield* fetch(url);
      expect(yield* response.text()).toBe("once");
      const again = yield* failure(createTask(response.text()));
      expect(again).toMatchObject({ code: "ERR_BODY_USED" });
      const raw = (yield* fetch(url)).raw;
      expect(raw.status).toBe(200);
      expect(yield* fromPromise(raw.text())).toBe("once");
    },
  );
});

test("an answer that is not read does not keep the process", async () => {
  const server = createServer((_request, response) => {
    response.write("x".repeat(100_000));
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as { port: number };
  const file = join(tmpdir(), `tsyncio-http-unread-${process.pid}.mjs`);
  buildSync({
    stdin: {
      contents: `import { run } from "tsyncio"; import { fetch } from "./src/index.ts";
        await run(function* main() { console.log((yield* fetch("http://127.0.0.1:${port}")).status); });`,
      resolveDir: fileURLToPath(new URL("..", import.meta.url)),
    },
    outfile: file,
    bundle: true,
    platform: "node",
    format: "esm",
    conditions: ["tsyncio-source"],
    banner: {
      js: `import { createRequire } from "node:module"; const require = createRequire(import.meta.url);`,
    },
    logLevel: "silent",
  });
  const { stdout } = await execute(process.execPath, [file], { timeout: 10_000 });
  expect(stdout).toBe("200\n");
  server.closeAllConnections();
  server.close();
});
