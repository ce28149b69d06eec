/** Signals that reach a loop: in this process where that is safe, else in one of its own. */
import { describe, expect, test } from "vitest";
import { withCode } from "../../../test/errors.js";
import { programs } from "../../../test/start-program.js";
import {
  BlockingHost,
  ContextVar,
  createTask,
  Event,
  Future,
  getRunningLoop,
  Loop,
  run,
  sleep,
} from "../../index.js";
import { runVirtual } from "../../testing.js";
import { NodeHost } from "./node-host.js";

const start = programs();

function sendSelf(signal: NodeJS.Signals): void {
  process.kill(process.pid, signal);
}

describe("Loop.addSignalHandler()", () => {
  test("calls on the loop, in the context in which it was added, as often as the signal comes", async () => {
    const name = new ContextVar<string>("name");
    const seen = await run(function* main() {
      const loop = getRunningLoop();
      const seen: unknown[] = [];
      const came = new Event();
      name.set("main");
      loop.addSignalHandler("SIGUSR2", () => {
        seen.push(name.get(), getRunningLoop() === loop);
        came.set();
      });
      name.set("later");
      for (let n = 0; n < 2; n++) {
        came.clear();
        sendSelf("SIGUSR2");
        yield* came.wait();
      }
      return seen;
    });
    expect(seen).toEqual(["main", true, "main", true]);
    expect(process.listenerCount("SIGUSR2")).toBe(0);
  });

  test("takes the place of the handler before it", async () => {
    const seen = await run(function* main() {
      const loop = getRunningLoop();
      const came = new Future<string>();
      loop.addSignalHandler("SIGUSR2", () => came.setResult("first"));
      loop.addSignalHandler("SIGUSR2", () => came.setResult("second"));
      sendSelf("SIGUSR2");
      const which = yield* came;
      return [which, loop.removeSignalHandler("SIGUSR2"), loop.removeSignalHandler("SIGUSR2")];
    });
    expect(seen).toEqual(["second", true, false]);
  });

  test("sends what the callback throws to the exception handler, and stays", async () => {
    const seen = await run(function* main() {
      const loop = getRunningLoop();
      const reports: unknown[] = [];
      const reported = new Event();
      const before = loop.getExceptionHandler();
      loop.setExceptionHandler((_loop, { message, exception }) => {
        reports.push(message, String(exception));
        reported.set();
      });
      loop.addSignalHandler("SIGUSR2", function handler() {
        throw new Error("in the handler");
      });
      for (let n = 0; n < 2; n++) {
        reported.clear();
        sendSelf("SIGUSR2");
        yield* reported.wait();
      }
      loop.setExceptionHandler(before);
      return reports;
    });
    const report = ["Exception in callback handler", "Error: in the handler"];
    expect(seen).toEqual([...report, ...report]);
  });

  test("in a task belongs to the run, and goes with it and not with the task", async () => {
    const seen = await run(function* main() {
      const came = new Event();
      yield* createTask(function* adds() {
        getRunningLoop().addSignalHandler("SIGUSR2", () => came.set());
        yield* sleep(0);
      });
      sendSelf("SIGUSR2");
      yield* came.wait();
      return process.listenerCount("SIGUSR2");
    });
    expect([seen, process.listenerCount("SIGUSR2")]).toEqual([1, 0]);
  });

  test("refuses what is no signal, and what cannot be caught", () => {
    const loop = new Loop(new NodeHost());
    const add = (signal: unknown) => () => loop.addSignalHandler(signal as "SIGTERM", () => {});
    expect(add("SIGNONE")).toThrow(withCode("ERR_INVALID_SIGNAL"));
    expect(add("toString")).toThrow(withCode("ERR_INVALID_SIGNAL"));
    expect(add(15)).toThrow(withCode("ERR_INVALID_ARG"));
    expect(add("SIGKILL")).toThrow(withCode("ERR_SIGNAL_UNCATCHABLE"));
    expect(add("SIGSTOP")).toThrow(/SIGSTOP cannot be caught/);
    expect(process.listenerCount("SIGKILL")).toBe(0);
    loop.close();
  });

  test("refuses a function*, and a loop that is closed", () => {
    const loop = new Loop(new NodeHost());
    const generator = function* generator() {};
    expect(() => loop.addSignalHandler("SIGUSR2", generator)).toThrow(withCode("ERR_INVALID_ARG"));
    loop.close();
    expect(() => loop.addSignalHandler("SIGUSR2", () => {})).toThrow(withCode("ERR_LOOP_CLOSED"));
    expect(process.listenerCount("SIGUSR2")).toBe(0);
  });

  test("on a host without signals says so; there is nothing to remove there", () => {
    const loop = new Loop(new BlockingHost());
    expect(() => loop.addSignalHandler("SIGTERM", () => {})).toThrow(withCode("ERR_NO_SIGNALS"));
    expect(loop.removeSignalHandler("SIGTERM")).toBe(false);
    loop.close();
    runVirtual(function* main() {
      const add = () => getRunningLoop().addSignalHandler("SIGTERM", () => {});
      expect(add).toThrow(/the virtual host/);
      yield* sleep(0);
    });
  });
});

describe.concurrent("A signal handler", () => {
  test("keeps its run waiting; after the run the signal is the engine's", async () => {
    const program = start("signal-waits");
    await program.printed("ready");
    program.signal("SIGTERM");
    await program.printed("0 listeners");
    program.signal("SIGTERM");
    const lines = ["ready", "told to stop", "0 listeners"];
    expect(await program.ended()).toEqual({ code: null, signal: "SIGTERM", lines, stderr: "" });
  });

  test("for SIGINT replaces what Ctrl-C does; removed, it gives that back", async () => {
    const program = start("signal-interrupt");
    await program.printed("ready");
    program.interrupt();
    await program.printed("handled 1");
    program.interrupt();
    await program.printed("handled 2");
    program.interrupt();
    await program.printed("removed");
    program.interrupt();
    const handled = ["handled 1", "handled 2", "handled 3", "true false", "removed"];
    const lines = ["ready", ...handled, "cleaned up"];
    expect(await program.ended()).toEqual({ code: null, signal: "SIGINT", lines, stderr: "" });
  });

  test("is its run's own where runs overlap; Ctrl-C is the others' again when all are gone", async () => {
    const program = start("signal-overlapping");
    await program.printed("ready");
    program.interrupt();
    await program.printed("their handlers are gone");
    program.interrupt();
    const ends = ["first ends", "second ends", "their handlers are gone"];
    const lines = ["ready", ...ends, "third: KeyboardInterrupt"];
    expect(await program.ended()).toEqual({ code: 0, signal: null, lines, stderr: "" });
  });

  test("added outside any run is the loop's, until it is closed", async () => {
    const program = start("signal-forever");
    await program.printed("ready");
    program.signal("SIGTERM");
    const lines = ["ready", "1 listeners", "0 listeners"];
    expect(await program.ended()).toEqual({ code: 0, signal: null, lines, stderr: "" });
  });

  test("is refused in a worker thread", async () => {
    const lines = ["ERR_NOT_MAIN_THREAD"];
    const ended = await start("signal-in-worker").ended();
    expect(ended).toEqual({ code: 0, signal: null, lines, stderr: "" });
  });
});
