/** How datagram endpoints begin. */
import { describe, expect, test } from "vitest";
import { raisedBy, withCode } from "../../test/errors.js";
import { asyncWith, createTask, Future, fromPromise, isCancelled, run } from "../index.js";
import {
  createDatagramEndpoint,
  type DatagramEndpointOptions,
} from "./create-datagram-endpoint.js";
import { LOOPBACK, sockets } from "./datagrams.contract.js";

describe("createDatagramEndpoint()", () => {
  test.each(["127.0.0.1", "localhost"])(
    "that is cancelled leaves nothing open, at whatever step of opening one to %s",
    async (address) => {
      const before = await sockets();
      const ends = await run(function* main() {
        const ends: boolean[] = [];
        for (let ticks = 0; ticks < 10; ticks++) {
          const task = createTask(function* opens() {
            const remote = { address, port: 9 };
            yield* asyncWith(createDatagramEndpoint({ ...LOOPBACK, remote }), function* () {
              yield* new Future();
            });
          });
          for (let n = 0; n < ticks; n++) yield* fromPromise(new Promise(process.nextTick));
          task.cancel();
          ends.push(isCancelled(yield* raisedBy(task)));
        }
        return ends;
      });
      expect(ends).toEqual(new Array(10).fill(true));
      expect((await sockets()) - before).toBe(0);
    },
  );

  test("names the address that is in use", async () => {
    const before = await sockets();
    const seen = await run(() =>
      asyncWith(createDatagramEndpoint(LOOPBACK), function* ({ localAddress }) {
        const { port } = localAddress;
        return [yield* raisedBy(createDatagramEndpoint({ local: localAddress })), port];
      }),
    );
    expect(seen[0]).toMatchObject({
      name: "ConnectionError",
      code: "EADDRINUSE",
      message: expect.stringContaining(`Cannot receive datagrams at 127.0.0.1:${seen[1]}: `),
    });
    expect((await sockets()) - before).toBe(0);
  });

  test("names the name that is not resolved", async () => {
    const error = await run(() =>
      raisedBy(createDatagramEndpoint({ remote: { address: "nobody.invalid", port: 9 } })),
    );
    expect(error).toMatchObject({
      code: expect.stringMatching(/^(ENOTFOUND|EAI_AGAIN)$/),
      message: expect.stringContaining("nobody.invalid:9"),
    });
  });

  test("takes any free port of the family alone", async () => {
    const seen = await run(() =>
      asyncWith(createDatagramEndpoint({ family: 4 }), function* ({ localAddress, remoteAddress }) {
        return [localAddress.address, localAddress.port > 0, remoteAddress];
      }),
    );
    expect(seen).toEqual(["0.0.0.0", true, undefined]);
  });

  test("refuses arguments that make no sense", () => {
    const bad: [DatagramEndpointOptions, typeof Error][] = [
      [{}, TypeError],
      [undefined as never, TypeError],
      [{ family: 5 as 4 }, RangeError],
      [{ local: { port: -1 } }, RangeError],
      [{ local: { port: 70_000 } }, RangeError],
      [{ remote: { address: "127.0.0.1", port: 0 } }, RangeError],
      [{ family: 4, limit: 0 }, RangeError],
    ];
    for (const [options, kind] of bad) {
      expect(() => createDatagramEndpoint(options)).toThrow(kind);
      expect(() => createDatagramEndpoint(options)).toThrow(withCode("ERR_INVALID_ARG"));
    }
  });

  test("refuses addresses of different families", async () => {
    const local = { address: "127.0.0.1" };
    const remote = { address: "::1", port: 9 };
    const error = await run(() => raisedBy(createDatagramEndpoint({ local, remote })));
    expect(error).toMatchObject({ code: "ERR_INVALID_ARG", message: /127\.0\.0\.1 and ::1/ });
  });
});
