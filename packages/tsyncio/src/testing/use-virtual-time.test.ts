import { afterEach, describe, expect, test } from "vitest";
import { type Coroutine, fromPromise, getRunningLoop, run, sleep } from "../index.js";
import { useVirtualTime } from "../testing.js";

afterEach(async () => {
  const closes = run(function* main() {
    return getRunningLoop();
  });
  (await closes).close();
});

function* sleepsAnHour(): Coroutine<number> {
  yield* sleep("1h");
  return getRunningLoop().time();
}

describe("useVirtualTime()", () => {
  test("puts all runs from then on on one clock that begins at zero", async () => {
    useVirtualTime();
    expect(await run(sleepsAnHour)).toBe(3600);
    expect(await Promise.all([run(sleepsAnHour), run(sleepsAnHour)])).toEqual([7200, 7200]);
  });

  test("lets promises settle before the clock jumps", async () => {
    useVirtualTime({ start: 10, debug: true });
    const order: string[] = [];
    await run(function* main() {
      const { debug } = getRunningLoop();
      expect(debug).toBe(true);
      const chain = Promise.resolve()
        .then(() => null)
        .then(() => order.push("promise"));
      yield* sleep(1);
      order.push(`timer at ${getRunningLoop().time()}`);
      yield* fromPromise(chain);
    });
    expect(order).toEqual(["promise", "timer at 11"]);
  });

  test("ends with the clock where it was when the program waits for ever without a deadline", async () => {
    useVirtualTime();
    const controller = new AbortController();
    const waits = run(() => sleep(Infinity), { signal: controller.signal });
    await new Promise((resolve) => setTimeout(resolve, 20));
    controller.abort(new Error("enough"));
    await expect(waits).rejects.toThrow("enough");
    expect(await run(sleepsAnHour)).toBe(3600);
  });

  test("is refused once the thread's loop was made", async () => {
    await run(() => sleep(0));
    expect(() => useVirtualTime()).toThrow(
      expect.objectContaining({ name: "UsageError", code: "ERR_LOOP_EXISTS" }),
    );
  });
});
