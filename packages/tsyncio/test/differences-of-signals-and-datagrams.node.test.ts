/** The rows of docs/differences.md about signals and datagrams. */

import { asyncWith, createTask, getRunningLoop, run, sleep } from "tsyncio";
import { createDatagramEndpoint } from "tsyncio/node";
import { describe, expect, it } from "vitest";
import { arrived } from "../src/node/datagrams.contract.js";
import { raisedBy, withCode } from "./errors.js";
import { programs } from "./start-program.js";

const start = programs();
const LOOPBACK = { local: { address: "127.0.0.1" } };

describe("signals", () => {
  it("D44 removing a handler for SIGINT gives Ctrl-C back to the runs", async () => {
    const program = start("signal-interrupt");
    await program.printed("ready");
    for (const line of ["handled 1", "handled 2", "removed"]) {
      program.interrupt();
      await program.printed(line);
    }
    program.interrupt();
    const { lines, signal } = await program.ended();
    expect([lines.at(-1), signal]).toEqual(["cleaned up", "SIGINT"]);
  });

  it("D45 each of several runs has a handler of its own, which goes with the run", async () => {
    const heard: string[] = [];
    const listens = (name: string) =>
      run(function* main() {
        const came = getRunningLoop().createFuture<void>();
        getRunningLoop().addSignalHandler("SIGUSR2", () => came.setResult());
        yield* came;
        heard.push(name);
      });
    const both = [listens("first"), listens("second")];
    await new Promise((resolve) => setImmediate(resolve));
    process.kill(process.pid, "SIGUSR2");
    await Promise.all(both);
    expect([heard, process.listenerCount("SIGUSR2")]).toEqual([["first", "second"], 0]);
  });
});

describe("datagrams", () => {
  it("D46 an endpoint sends and receives; there is no protocol with callbacks", async () => {
    const seen = await run(() =>
      asyncWith(createDatagramEndpoint(LOOPBACK), function* (endpoint) {
        yield* endpoint.send("to itself", endpoint.localAddress);
        return (yield* endpoint.receive()).data.toString();
      }),
    );
    expect(seen).toBe("to itself");
  });

  it("D47 send() waits, and raises what the system says to the datagram", async () => {
    const error = await run(() =>
      asyncWith(createDatagramEndpoint(LOOPBACK), function* (endpoint) {
        return yield* raisedBy(endpoint.send(Buffer.alloc(70_000), endpoint.localAddress));
      }),
    );
    expect(error).toEqual(withCode("EMSGSIZE"));
  });

  it("D48 what nobody takes is kept up to a limit; the rest is dropped, and counted", async () => {
    const dropped = await run(() =>
      asyncWith(createDatagramEndpoint({ ...LOOPBACK, limit: 100 }), function* (endpoint) {
        const both = createTask(arrived(endpoint, 2));
        yield* sleep(0);
        yield* endpoint.send(Buffer.alloc(100), endpoint.localAddress);
        yield* endpoint.send(Buffer.alloc(100), endpoint.localAddress);
        yield* both;
        return endpoint.dropped;
      }),
    );
    expect(dropped).toBe(1);
  });

  it("D49 an endpoint is closed at the end of its run", async () => {
    const endpoint = await run(function* main() {
      const opened = yield* createDatagramEndpoint(LOOPBACK);
      return { opened };
    });
    expect(endpoint.opened.isClosing()).toBe(true);
  });
});
