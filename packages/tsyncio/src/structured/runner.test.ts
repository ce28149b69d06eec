import { describe, expect, test } from "vitest";
import { errorOf, withCode } from "../../test/errors.js";
import { BrowserHost } from "../hosts/browser/browser-host.js";
import {
  Context,
  ContextVar,
  type Coroutine,
  createTask,
  currentTask,
  getRunningLoop,
  type Host,
  type Loop,
  Runner,
  sleep,
  VirtualHost,
} from "../index.js";

const color = new ContextVar("color", { default: "none" });

function* paint(value: string): Coroutine<string> {
  const before = color.get();
  color.set(value);
  yield* sleep("1ms");
  return before;
}

const hosts: [string, () => Host | undefined][] = [
  ["a blocking host", () => new VirtualHost()],
  ["an event-driven host", () => new BrowserHost()],
  ["the loop of the thread", () => undefined],
];

describe.each(hosts)("Runner on %s", (_name, makeHost) => {
  test("keeps what one run sets in context variables for the next (B2 94)", async () => {
    const runner = new Runner({ host: makeHost() });
    expect(await runner.run(paint("red"))).toBe("none");
    expect(await runner.run(paint("blue"))).toBe("red");
    expect(await runner.run(paint("green"))).toBe("blue");
    expect(color.get()).toBe("none");
    await runner.close();
  });

  test("runs in a context that is given instead, for that once", async () => {
    const runner = new Runner({ host: makeHost() });
    const context = new Context();
    await runner.run(paint("red"));
    expect(await runner.run(paint("blue"), { context })).toBe("none");
    expect(context.get(color)).toBe("blue");
    expect(await runner.run(paint("green"))).toBe("red");
    await runner.close();
  });

  test("runs all on one loop, and names main as told", async () => {
    const runner = new Runner({ host: makeHost() });
    const main = function* (): Coroutine<[Loop, string | undefined]> {
      return [getRunningLoop(), currentTask()?.name];
    };
    const [first, name] = await runner.run(main, { name: "named" });
    const [second] = await runner.run(main);
    expect(first === second && first === runner.loop).toBe(true);
    expect(name).toBe("named");
    await runner.close();
  });

  test("goes on after a run that failed, and one that was cancelled by its signal", async () => {
    const runner = new Runner({ host: makeHost() });
    const failing = runner.run(function* fails() {
      yield* sleep("1ms");
      throw new Error("failed");
    });
    await expect(failing).rejects.toThrow("failed");
    const cancelled = runner.run(sleep(1000), { signal: AbortSignal.abort("enough") });
    await expect(cancelled).rejects.toBe("enough");
    expect(await runner.run(sleep("1ms", "works"))).toBe("works");
    await runner.close();
  });

  test("is refused inside a running loop, and works afterwards", async () => {
    const runner = new Runner({ host: makeHost() });
    const error = await runner.run(function* main() {
      return errorOf(() => runner.run(sleep(0)));
    });
    expect(error).toEqual(withCode("ERR_LOOP_RUNNING"));
    expect(await runner.run(sleep("1ms", "works"))).toBe("works");
    await runner.close();
  });

  test("throws after close(), which may be called again (B2 236)", async () => {
    const runner = new Runner({ host: makeHost() });
    await runner.run(sleep("1ms"));
    await runner.close();
    await runner.close();
    expect(errorOf(() => runner.run(sleep(0)))).toEqual(withCode("ERR_RUNNER_CLOSED"));
    expect(errorOf(() => runner.loop)).toEqual(withCode("ERR_RUNNER_CLOSED"));
  });

  test("close() before the first run does nothing: the runner stays usable", async () => {
    const runner = new Runner({ host: makeHost() });
    await runner.close();
    expect(await runner.run(sleep("1ms", "works"))).toBe("works");
    await runner.close();
  });

  test("turns debug mode on for its runs", async () => {
    const runner = new Runner({ host: makeHost(), debug: true });
    const debug = await runner.run(function* main() {
      return getRunningLoop().debug;
    });
    expect(debug).toBe(true);
    expect(runner.loop.debug).toBe(false);
    await runner.close();
  });
});

describe("Runner.close()", () => {
  test("closes the loop of a host that it was given, and not the one of the thread", async () => {
    const own = new Runner({ host: new VirtualHost() });
    const shared = new Runner();
    const loops = [own.loop, shared.loop];
    await own.close();
    await shared.close();
    expect(loops.map((loop) => loop.isClosed())).toEqual([true, false]);
    expect(await new Runner().run(sleep("1ms", "works"))).toBe("works");
  });

  test("while a run goes on rejects, and the run goes on", async () => {
    const runner = new Runner({ host: new BrowserHost() });
    const running = runner.run(function* main() {
      createTask(sleep("1ms"));
      return yield* sleep("5ms", "went on");
    });
    await expect(runner.close()).rejects.toEqual(withCode("ERR_LOOP_RUNNING"));
    expect(await running).toBe("went on");
    await runner.close();
    expect(errorOf(() => runner.loop)).toEqual(withCode("ERR_RUNNER_CLOSED"));
  });

  test("is what disposing of it calls", async () => {
    const runner = new Runner({ host: new VirtualHost() });
    const { loop } = runner;
    const disposable: AsyncDisposable = runner;
    await disposable[Symbol.asyncDispose]();
    expect(loop.isClosed()).toBe(true);
  });
});
