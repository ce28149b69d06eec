import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { raisedBy, withCode } from "../../test/errors.js";
import { asyncWith, type Coroutine, run } from "../index.js";
import { waitForEvent } from "../interop/wait-for-event.js";
import { openUnixConnection } from "./open-connection.js";
import { leavesNoResources } from "./resources.contract.js";
import { startUnixServer } from "./start-server.js";
import { certificates } from "./stream-kinds.contract.js";

leavesNoResources();

let folder = "";
let path = "";
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "tsyncio-"));
  path = join(folder, "socket");
});
afterEach(() => rmSync(folder, { recursive: true }));

function serve(name: string, options?: Parameters<typeof startUnixServer>[2]) {
  return startUnixServer(
    function* handle(_reader, writer) {
      writer.write(name);
      writer.close();
    },
    path,
    options,
  );
}

function* answer(options?: Parameters<typeof openUnixConnection>[1]): Coroutine<string> {
  return yield* asyncWith(openUnixConnection(path, options), function* ask([reader]) {
    return String(yield* reader.read());
  });
}

describe("startUnixServer()", () => {
  it("listens on a path, which goes when it is closed", async () => {
    await run(function* main() {
      yield* asyncWith(serve("here"), function* talk(server) {
        expect(server.sockets).toEqual([path]);
        expect(yield* answer()).toBe("here");
        const [, writer] = yield* openUnixConnection(path);
        expect(writer.getExtraInfo("peername")).toBe(path);
        writer.close();
      });
      expect(existsSync(path)).toBe(false);
    });
  });

  it("serves with TLS", async () => {
    const tls = { ...certificates.authority, servername: "localhost" };
    const seen = await run(() =>
      asyncWith(serve("secret", { tls: certificates.localhost }), () => answer({ tls })),
    );
    expect(seen).toBe("secret");
  });

  it("takes the place of a socket that was left at the path", async () => {
    await run(function* main() {
      const left = createServer().listen(path);
      yield* waitForEvent(left, "listening");
      yield* asyncWith(serve("new"), function* talk() {
        expect(yield* answer()).toBe("new");
      });
      left.close();
    });
  });

  it("leaves a path that another server has taken over", async () => {
    await run(function* main() {
      const first = yield* serve("first");
      const second = yield* serve("second");
      first.close();
      yield* first.waitClosed();
      expect(yield* answer()).toBe("second");
      second.close();
      yield* second.waitClosed();
      expect(existsSync(path)).toBe(false);
    });
  });

  it("leaves a file that is no socket, and names it", async () => {
    writeFileSync(path, "precious");
    await run(function* main() {
      const error = yield* raisedBy(serve("never"));
      expect(error).toMatchObject({ name: "ConnectionError", code: "EADDRINUSE", address: path });
      expect(String(error)).toContain("remove what is there");
      expect(String(error)).toContain(path);
    });
    expect(readFileSync(path, "utf8")).toBe("precious");
  });

  it("names a path in a folder that does not exist", async () => {
    path = join(folder, "nowhere", "socket");
    await run(function* main() {
      const error = yield* raisedBy(serve("never"));
      expect(["ENOENT", "EACCES"]).toContain((error as { code: string }).code);
      expect(String(error)).toContain(path);
    });
  });

  it("refuses a path that is too long", () => {
    const longest = process.platform === "darwin" ? 103 : 107;
    const long = "é".repeat(longest / 2 + 1);
    for (const opens of [() => startUnixServer(() => {}, long), () => openUnixConnection(long)]) {
      expect(opens).toThrow(withCode("ENAMETOOLONG"));
      expect(opens).toThrow(long);
    }
    expect(() => startUnixServer(() => {}, "x".repeat(longest))).not.toThrow();
  });

  it("refuses wrong arguments", () => {
    expect(() => startUnixServer(() => {}, "")).toThrow(withCode("ERR_INVALID_ARG"));
    expect(() => startUnixServer(1 as never, path)).toThrow(withCode("ERR_INVALID_ARG"));
  });
});
