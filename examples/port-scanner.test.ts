/** port-scanner: what it finds, what it refuses, and the program. */

import * as asyncio from "tsyncio";
import { openConnection, type SocketAddress, startServer } from "tsyncio/node";
import { describe, expect, test } from "vitest";
import { loopbackAddress } from "./port-scanner/loopback.js";
import { scan } from "./port-scanner/port-scanner.gen.js";
import { startChild } from "./testing/child-program.js";
import { expectNoLeftovers } from "./testing/leftovers.contract.js";

expectNoLeftovers();

/** A server that ends every connection at once. */
function server(host: string) {
  return startServer((_reader, writer) => writer.close(), host, 0);
}

describe("scan()", () => {
  test("finds the ports on which somebody listens, in ascending order", async () => {
    await asyncio.run(
      asyncio.asyncWith(new asyncio.AsyncExitStack(), function* (stack) {
        const ports: number[] = [];
        let closed = 0;
        for (let n = 0; n < 3; n++) {
          const { sockets } = yield* stack.enterContext(server("127.0.0.1"));
          ports.push((sockets[0] as SocketAddress).port);
        }
        yield* asyncio.asyncWith(server("127.0.0.1"), function* ({ sockets }) {
          closed = (sockets[0] as SocketAddress).port;
        });
        ports.sort((a, b) => a - b);
        expect(yield* scan("127.0.0.1", [...ports, closed].reverse())).toEqual(ports);
      }),
    );
  });

  test("takes a name that means this machine", async () => {
    await asyncio.run(
      asyncio.asyncWith(server("localhost"), function* ({ sockets }) {
        const { port } = sockets[0] as SocketAddress;
        expect(yield* scan("localhost", [port])).toEqual([port]);
      }),
    );
  });

  test("leaves no connection open when it is cancelled", async () => {
    await asyncio.run(
      asyncio.asyncWith(server("127.0.0.1"), function* (listening) {
        const { port } = listening.sockets[0] as SocketAddress;
        function* forEver() {
          for (;;) yield port;
        }
        const scanning = asyncio.createTask(scan("127.0.0.1", forEver()));
        // By the time this one is through, some of the scan's are.
        const [, writer] = yield* openConnection("127.0.0.1", port);
        writer.abort();
        scanning.cancel();
        yield* asyncio.wait([scanning]);
        expect(scanning.cancelled()).toBe(true);
      }),
    );
  });
});

describe("loopbackAddress()", () => {
  for (const host of ["127.0.0.1", "127.8.9.10", "::1"]) {
    test(`gives ${host} as it is`, async () => {
      expect(await asyncio.run(loopbackAddress(host))).toBe(host);
    });
  }

  for (const host of ["0.0.0.0", "::", "10.0.0.1", "192.168.0.1", "128.0.0.1", "2001:db8::1"]) {
    test(`refuses ${host}`, async () => {
      await expect(asyncio.run(loopbackAddress(host))).rejects.toThrow(
        new RangeError(`Cannot scan ${host}: that is not on the loopback interface`),
      );
    });
  }
});

describe("the program", () => {
  test("finds what it has opened itself", async () => {
    const { lines, ...ending } = await startChild(["port-scanner"]);
    expect(ending).toMatchObject({ code: 0, errors: "" });
    expect(lines[0]).toMatch(/^127\.0\.0\.1:\d+ is open$/);
    expect(lines.at(-1)).toMatch(/^[1-9]\d* open of \d+ ports from \d+ to \d+$/);
  });

  test("connects to nothing outside and says why", async () => {
    const { code, lines, errors } = await startChild(["port-scanner", "192.0.2.1", "1", "10"]);
    expect(code).toBe(1);
    expect(lines).toEqual([]);
    expect(errors).toContain("Cannot scan 192.0.2.1: that is not on the loopback interface");
  });

  test("refuses what is no range of ports", async () => {
    const { code, errors } = await startChild(["port-scanner", "localhost", "1", "70000"]);
    expect(code).toBe(1);
    expect(errors).toContain("Cannot scan ports 1 to 70000: ports are numbers from 1 to 65535");
  });
});
