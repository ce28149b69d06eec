/** Futures of one event loop given to code that runs on another. */
import { describe, expect, it } from "vitest";
import {
  asCompleted,
  type Coroutine,
  ensureFuture,
  type Future,
  gather,
  getRunningLoop,
  Loop,
  shield,
  sleep,
  VirtualHost,
  waitFor,
} from "../index.js";
import { runVirtual } from "../testing.js";
import { raisedBy, thrownBy } from "./steps.contract.js";

/** What `use` meets when it is given a future of another loop, inside a task that goes on. */
function met(use: (foreign: Future<unknown>) => Coroutine<unknown>): unknown {
  const other = new Loop(new VirtualHost());
  const seen = runVirtual(function* main() {
    const error = yield* use(other.createFuture());
    return [error, yield* sleep(1, "after")];
  });
  expect(seen[1]).toBe("after");
  return seen[0];
}

describe("a future of another loop", () => {
  it.each<[string, (foreign: Future<unknown>) => unknown, string]>([
    ["gather()", (foreign) => gather(foreign), "gather"],
    ["asCompleted()", (foreign) => asCompleted([foreign]), "iterate by completion"],
    ["ensureFuture()", (foreign) => ensureFuture(foreign, { loop: getRunningLoop() }), "wait"],
  ])("is refused by %s", (_name, use, action) => {
    const error = met(function* body(foreign) {
      return thrownBy(() => use(foreign));
    });
    expect(error).toMatchObject({
      name: "RangeError",
      code: "ERR_FOREIGN_LOOP",
      message: `Cannot ${action}: Future belongs to another event loop`,
    });
  });

  it.each<[string, (foreign: Future<unknown>) => Iterable<unknown>]>([
    ["yield*", (foreign) => foreign],
    ["waitFor()", (foreign) => waitFor(foreign, 5)],
    ["shield()", (foreign) => shield(foreign)],
  ])("is refused where it is awaited: %s", (_name, use) => {
    const error = met((foreign) => raisedBy(use(foreign)));
    expect(error).toMatchObject({ name: "UsageError", code: "ERR_FOREIGN_LOOP" });
    expect((error as Error).message).toMatch(/^Cannot await .+: it belongs to another event loop$/);
  });
});
