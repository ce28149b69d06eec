/** What goes wrong with datagrams, and how an endpoint goes on. */
import { describe, expect, test } from "vitest";
import { raisedBy, withCode } from "../../test/errors.js";
import { asyncWith, ContextVar, Future, run } from "../index.js";
import { createDatagramEndpoint } from "./create-datagram-endpoint.js";
import { freePort, withPair } from "./datagrams.contract.js";

describe("A datagram endpoint that an error meets", () => {
  test("raises it from the send that it belongs to, and goes on", async () => {
    const seen = await withPair(function* (server, client) {
      const error = yield* raisedBy(client.send(Buffer.alloc(70_000)));
      const unresolved = yield* raisedBy(server.send("x", { address: "nobody.invalid", port: 9 }));
      yield* client.send("still here");
      const { data } = yield* server.receive();
      return { error, unresolved, data: data.toString(), port: server.localAddress.port };
    });
    expect(seen.error).toMatchObject({
      name: "ConnectionError",
      code: "EMSGSIZE",
      message: expect.stringContaining(`Cannot send to 127.0.0.1:${seen.port}: `),
    });
    expect(seen.unresolved).toMatchObject({
      name: "ConnectionError",
      code: expect.stringMatching(/^(ENOTFOUND|EAI_AGAIN)$/),
      message: expect.stringContaining("Cannot send to nobody.invalid:9: "),
    });
    expect(seen.data).toBe("still here");
  });

  test("raises once from receive() that nobody listens at its remote, and goes on", async () => {
    const port = await freePort();
    const seen = await run(() =>
      asyncWith(
        createDatagramEndpoint({ remote: { address: "127.0.0.1", port } }),
        function* (client) {
          yield* client.send("anybody?");
          const error = yield* raisedBy(client.receive());
          const local = { address: "127.0.0.1", port };
          return yield* asyncWith(createDatagramEndpoint({ local }), function* (server) {
            yield* server.send("now", client.localAddress);
            const { data } = yield* client.receive();
            return [error, data.toString()];
          });
        },
      ),
    );
    expect(seen).toEqual([
      expect.objectContaining({
        code: "ECONNREFUSED",
        address: `127.0.0.1:${port}`,
        message: expect.stringContaining(`Cannot receive from 127.0.0.1:${port}: `),
      }),
      "now",
    ]);
  });

  test("tells onError instead where there is one, on the loop and in the context of its maker", async () => {
    const port = await freePort();
    const name = new ContextVar<string>("name");
    const seen = await run(function* main() {
      name.set("maker");
      const reported = new Future<unknown[]>();
      const remote = { address: "127.0.0.1", port };
      const onError = (error: Error): void => {
        reported.setResult([(error as { code?: string }).code, name.get()]);
      };
      return yield* asyncWith(createDatagramEndpoint({ remote, onError }), function* (client) {
        yield* client.send("anybody?");
        return yield* reported;
      });
    });
    expect(seen).toEqual(["ECONNREFUSED", "maker"]);
  });

  test("reports what goes wrong with sendNowait()", async () => {
    const error = await withPair(function* (_server, client) {
      client.sendNowait(Buffer.alloc(70_000));
      return yield* raisedBy(client.receive());
    });
    expect(error).toEqual(withCode("EMSGSIZE"));
  });
});

describe("DatagramEndpoint.sendNowait()", () => {
  test("refuses what is no port to send to", () =>
    withPair(function* (server) {
      for (const port of [0, 70_000, 1.5, "9" as never]) {
        expect(() => server.sendNowait("x", { address: "127.0.0.1", port })).toThrow(
          withCode("ERR_INVALID_ARG"),
        );
      }
    }));

  test("sends without waiting, and refuses when too much is on the way", async () => {
    const seen = await withPair(function* (server, client) {
      client.sendNowait(Buffer.alloc(40_000, 1));
      client.sendNowait(Buffer.alloc(40_000, 2));
      const refused = yield* raisedBy(
        (function* () {
          client.sendNowait("too much");
        })(),
      );
      const sizes = [];
      for (let n = 0; n < 2; n++) sizes.push((yield* server.receive()).data.length);
      client.sendNowait("room again");
      return [refused, sizes, (yield* server.receive()).data.toString()];
    });
    expect(seen).toEqual([withCode("ERR_QUEUE_FULL"), [40_000, 40_000], "room again"]);
  });
});
