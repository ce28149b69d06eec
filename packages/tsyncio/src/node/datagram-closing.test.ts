/** How datagram endpoints end. */
import { describe, expect, test } from "vitest";
import { raisedBy, withCode } from "../../test/errors.js";
import { asyncWith, createTask, Event, fromPromise, run, sleep } from "../index.js";
import { createDatagramEndpoint } from "./create-datagram-endpoint.js";
import type { DatagramEndpoint } from "./datagram-endpoint.js";
import { LOOPBACK, sockets, withPair } from "./datagrams.contract.js";

describe("DatagramEndpoint.close()", () => {
  test("sends what is on the way, wakes who waits, and refuses what comes after it", async () => {
    const seen = await withPair(function* (server, client) {
      const waiting = createTask(client.receive());
      yield* sleep(0);
      client.sendNowait("last");
      client.close();
      client.close();
      const raised = yield* raisedBy(waiting);
      yield* client.waitClosed();
      const { data } = yield* server.receive();
      return [
        raised,
        data.toString(),
        client.isClosing(),
        yield* raisedBy(client.receive()),
        yield* raisedBy(
          (function* () {
            yield* client.send("late");
          })(),
        ),
      ];
    });
    const closed = withCode("ERR_ENDPOINT_CLOSED");
    expect(seen).toEqual([closed, "last", true, closed, closed]);
  });

  test("by abort() loses what is on the way", async () => {
    const seen = await withPair(function* (_server, client) {
      const sending = createTask(client.send("lost"));
      const began = new Event();
      createTask(function* aborts() {
        client.abort();
        began.set();
        yield* sleep(0);
      });
      yield* began.wait();
      return yield* raisedBy(sending);
    });
    expect(seen).toEqual(withCode("ERR_ENDPOINT_CLOSED"));
  });

  test("comes with the end of an asyncWith block, however it ends", async () => {
    const before = await sockets();
    const seen = await run(function* main() {
      let endpoint: DatagramEndpoint | undefined;
      const error = yield* raisedBy(
        asyncWith(createDatagramEndpoint(LOOPBACK), function* (opened) {
          endpoint = opened;
          throw new Error("in the block");
        }),
      );
      const inside = yield* asyncWith(createDatagramEndpoint(LOOPBACK), function* () {
        return (yield* fromPromise(sockets())) - before;
      });
      return [
        String(error),
        endpoint?.isClosing(),
        inside,
        (yield* fromPromise(sockets())) - before,
      ];
    });
    expect(seen).toEqual(["Error: in the block", true, 1, 0]);
  });

  test("comes with the end of the run at the latest", async () => {
    const before = await sockets();
    const endpoint = await run(function* main() {
      const opened = yield* createDatagramEndpoint(LOOPBACK);
      return { opened, isOpen: !opened.isClosing() };
    });
    expect([endpoint.isOpen, endpoint.opened.isClosing()]).toEqual([true, true]);
    expect((await sockets()) - before).toBe(0);
  });
});
