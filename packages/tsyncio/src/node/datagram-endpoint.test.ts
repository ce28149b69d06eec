/** Datagram endpoints on loopback. */
import { networkInterfaces } from "node:os";
import { describe, expect, test } from "vitest";
import { asyncFunction } from "../../test/async-function.js";
import { raisedBy, withCode } from "../../test/errors.js";
import {
  asyncFor,
  asyncWith,
  type Coroutine,
  createTask,
  isCancelled,
  run,
  sleep,
  waitFor,
} from "../index.js";
import { createDatagramEndpoint } from "./create-datagram-endpoint.js";
import { arrived, freePort, withPair } from "./datagrams.contract.js";

const HAS_IPV6 = Object.values(networkInterfaces()).some((all) =>
  all?.some(({ address }) => address === "::1"),
);

describe("DatagramEndpoint.send() and receive()", () => {
  test("carry bytes, text and nothing, and say who has sent it", async () => {
    const seen = await withPair(function* (server, client) {
      yield* client.send(Buffer.from([1, 2, 3]));
      yield* client.send("grün");
      yield* client.send("");
      const received = [];
      for (let n = 0; n < 3; n++) received.push(yield* server.receive());
      yield* server.send("back", received[0]?.from);
      const back = yield* client.receive();
      return { received, back, client: client.localAddress, server: server.localAddress };
    });
    expect(seen.received).toEqual(
      ["\x01\x02\x03", "grün", ""].map((data) => ({ data: Buffer.from(data), from: seen.client })),
    );
    expect(seen.back).toEqual({ data: Buffer.from("back"), from: seen.server });
    expect(seen.client).toEqual({ address: "127.0.0.1", port: expect.any(Number), family: "IPv4" });
  });

  test.runIf(HAS_IPV6)("work over IPv6", async () => {
    const seen = await run(() =>
      asyncWith(createDatagramEndpoint({ local: { address: "::1" } }), function* (server) {
        return yield* asyncWith(
          createDatagramEndpoint({ remote: server.localAddress }),
          function* (client) {
            yield* client.send("six");
            const { data, from } = yield* server.receive();
            return [data.toString(), from.address, from.family];
          },
        );
      }),
    );
    expect(seen).toEqual(["six", "::1", "IPv6"]);
  });

  test("can be awaited by async functions", async () => {
    const seen = await withPair(function* (server, client) {
      const exchange = asyncFunction("exchange", function* () {
        yield client.send("asked");
        const { data, from } = yield server.receive();
        yield server.send(`${data} and answered`, from);
        return (yield client.receive()).data.toString();
      });
      return yield* exchange();
    });
    expect(seen).toBe("asked and answered");
  });

  test("resolve names", async () => {
    const seen = await run(() =>
      asyncWith(
        createDatagramEndpoint({ local: { address: "localhost" }, family: 4 }),
        function* (server) {
          const { address, port } = server.localAddress;
          yield* server.send("to itself", { address: "localhost", port });
          return [address, (yield* server.receive()).data.toString()];
        },
      ),
    );
    expect(seen).toEqual(["127.0.0.1", "to itself"]);
  });

  test("give datagrams to those who wait in the order in which they came", async () => {
    const seen = await withPair(function* (server, client) {
      const got: string[] = [];
      const waiter = function* (name: string): Coroutine<void> {
        const { data } = yield* server.receive();
        got.push(`${name} ${data}`);
      };
      const tasks = ["a", "b", "c"].map((name) => createTask(waiter(name)));
      yield* sleep(0);
      for (const text of ["1", "2", "3"]) yield* client.send(text);
      for (const task of tasks) yield* task;
      return got;
    });
    expect(seen).toEqual(["a 1", "b 2", "c 3"]);
  });

  test("lose nothing when who waits is cancelled, also after it was woken", async () => {
    const seen = await withPair(function* (server, client) {
      const first = createTask(server.receive());
      yield* sleep(0);
      first.cancel();
      yield* raisedBy(first);
      const second = createTask(server.receive());
      yield* sleep(0);
      // Called behind the endpoint's own listener, which has woken the task.
      server.socket.once("message", () => second.cancel());
      yield* client.send("kept");
      const cancelled = yield* raisedBy(second);
      const { data } = yield* server.receive();
      return [first.cancelled(), isCancelled(cancelled), data.toString()];
    });
    expect(seen).toEqual([true, true, "kept"]);
  });

  test("wait until the system has taken the datagram", async () => {
    const left = await withPair(function* (_server, client) {
      const sizes: number[] = [];
      for (let n = 0; n < 20; n++) {
        yield* client.send(Buffer.alloc(1000));
        sizes.push(client.socket.getSendQueueSize());
      }
      return sizes;
    });
    expect(left).toEqual(new Array(20).fill(0));
  });

  test("are released at once by a timeout", async () => {
    const error = await withPair((server) => raisedBy(waitFor(server.receive(), "5ms")));
    expect(error).toEqual(withCode("ERR_TIMEOUT"));
  });
});

describe("A datagram endpoint whose datagrams nobody takes", () => {
  test("keeps them up to its limit, and counts those it drops", async () => {
    const seen = await withPair(
      function* (server, client) {
        const all = createTask(arrived(server, 10));
        yield* sleep(0);
        for (let n = 0; n < 10; n++) yield* client.send(Buffer.alloc(436, n));
        yield* all;
        const kept: (number | undefined)[] = [];
        const { dropped } = server;
        for (let n = dropped; n < 10; n++) kept.push((yield* server.receive()).data[0]);
        yield* client.send("room again");
        return { dropped, kept, next: (yield* server.receive()).data.toString() };
      },
      { limit: 2000 },
    );
    expect(seen).toEqual({ dropped: 6, kept: [0, 1, 2, 3], next: "room again" });
  });

  test("takes one that is larger than the limit when there is nothing else", async () => {
    const size = await withPair(
      function* (server, client) {
        yield* client.send(Buffer.alloc(5000));
        return (yield* server.receive()).data.length;
      },
      { limit: 100 },
    );
    expect(size).toBe(5000);
  });
});

describe("Iterating a datagram endpoint", () => {
  test("gives the datagrams until it is closed", async () => {
    const seen = await withPair(function* (server, client) {
      const got: string[] = [];
      const reader = createTask(
        asyncFor(server, function* ({ data }) {
          got.push(data.toString());
          if (got.length === 2) server.close();
        }),
      );
      yield* client.send("one");
      yield* client.send("two");
      yield* reader;
      return got;
    });
    expect(seen).toEqual(["one", "two"]);
  });

  test("is ended by an error that is reported, and can be begun again", async () => {
    const port = await freePort();
    const seen = await run(() =>
      asyncWith(
        createDatagramEndpoint({ remote: { address: "127.0.0.1", port } }),
        function* (client) {
          yield* client.send("anybody?");
          const error = yield* raisedBy(asyncFor(client, function* () {}));
          const again = createTask(asyncFor(client, function* () {}));
          yield* sleep(0);
          client.close();
          yield* again;
          return error;
        },
      ),
    );
    expect(seen).toEqual(withCode("ECONNREFUSED"));
  });
});

describe("DatagramEndpoint.send()", () => {
  test("refuses what is no data, and addresses that it must or must not have", async () => {
    const seen = await withPair(function* (server, client) {
      const errors: unknown[] = [];
      for (const attempt of [
        () => server.send(42 as never, client.localAddress),
        () => server.send("where to?"),
        () => client.send("elsewhere", { address: "127.0.0.1", port: 9 }),
      ]) {
        errors.push(
          yield* raisedBy(
            (function* () {
              yield* attempt();
            })(),
          ),
        );
      }
      yield* client.send("there", server.localAddress);
      return [...errors, (yield* server.receive()).data.toString()];
    });
    const refused = withCode("ERR_INVALID_ARG");
    expect(seen).toEqual([refused, refused, refused, "there"]);
  });
});
