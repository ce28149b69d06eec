import { describe, expect, test } from "vitest";
import { getRunningLoop, type Loop, Runner, run, sleep } from "../index.js";
import { threadLoop } from "./thread-loop.js";

function* which(): Generator<never, Loop, unknown> {
  return getRunningLoop();
}

describe("the loop of the thread", () => {
  test("is one for all runs, made when it is first needed", async () => {
    const first = await run(which);
    expect((await run(which)) === first).toBe(true);
    expect(threadLoop() === first).toBe(true);
    expect(new Runner().loop === first).toBe(true);
  });

  test("is made anew when somebody has closed it", async () => {
    const first = await run(which);
    first.close();
    const second = await run(which);
    expect(second === first).toBe(false);
    expect(await run(sleep("1ms", "works"))).toBe("works");
  });

  test("refuses to be closed while a run is on it", async () => {
    const running = run(sleep("5ms", "went on"));
    expect(() => threadLoop().close()).toThrow(
      expect.objectContaining({ code: "ERR_LOOP_RUNNING" }),
    );
    expect(await running).toBe("went on");
  });
});
