/** Graceful ends, on whole processes. */
import { describe, expect, test } from "vitest";
import { programs } from "../../test/start-program.js";
import { asyncWith, run } from "../index.js";
import { raisedBy } from "../structured/steps.contract.js";
import { runVirtual } from "../testing.js";
import { gracefulStop } from "./graceful-stop.js";

const start = programs();

describe.concurrent("gracefulStop()", () => {
  for (const signal of ["SIGTERM", "SIGINT"] as const) {
    test(`turns ${signal} into the cancellation of its block, and the program goes on behind it`, async () => {
      const program = start("graceful");
      await program.printed("ready");
      program.signal(signal);
      const cleanup = ["cleaning up", "cleaned up"];
      const lines = ["ready", ...cleanup, `undefined ${signal}`, "0 listeners"];
      expect(await program.ended()).toEqual({ code: 0, signal: null, lines, stderr: "" });
    });

    test(`ends the process by ${signal} when it comes a second time`, async () => {
      const program = start("graceful-stubborn");
      await program.printed("ready");
      program.signal("SIGTERM");
      await program.printed("cleaning up");
      program.signal(signal);
      const lines = ["ready", "cleaning up"];
      expect(await program.ended()).toEqual({ code: null, signal, lines, stderr: "" });
    });
  }

  test("ends the process by the signal when the grace time is over", async () => {
    const program = start("graceful-grace");
    await program.printed("ready");
    program.signal("SIGTERM");
    const lines = ["ready", "cleaning up"];
    expect(await program.ended()).toEqual({ code: null, signal: "SIGTERM", lines, stderr: "" });
  });

  test("keeps alive a program that waits for nothing but the signal", async () => {
    const program = start("graceful-idle");
    await program.printed("ready");
    program.signal("SIGTERM");
    const lines = ["ready", "stopped"];
    expect(await program.ended()).toEqual({ code: 0, signal: null, lines, stderr: "" });
  });

  test("reaches nested blocks and those of other tasks, and handlers of the loop", async () => {
    const program = start("graceful-nested");
    await program.printed("ready");
    program.signal("SIGTERM");
    const lines = ["ready", "handled", "a stopped", "b stopped", "all stopped"];
    const ended = await program.ended();
    expect({ ...ended, lines: ended.lines.toSorted() }).toEqual({
      code: 0,
      signal: null,
      lines: lines.toSorted(),
      stderr: "",
    });
  });

  test("lets a cancellation from elsewhere pass, also when a signal came too", async () => {
    const program = start("graceful-cancelled");
    await program.printed("ready");
    program.signal("SIGTERM");
    const lines = ["ready", "Error: aborted"];
    expect(await program.ended()).toEqual({ code: 0, signal: null, lines, stderr: "" });
  });
});

describe("gracefulStop()", () => {
  test("leaves no listener, and gives what its block gives, when no signal comes", async () => {
    const stop = gracefulStop({ signals: ["SIGUSR2"] });
    const seen = await run(function* main() {
      return yield* asyncWith(stop, function* () {
        return process.listenerCount("SIGUSR2");
      });
    });
    expect([seen, process.listenerCount("SIGUSR2"), stop.signal]).toEqual([1, 0, undefined]);
  });

  test("is for one block, in a task, on a host with signals", async () => {
    const errors = await run(function* main() {
      const stop = gracefulStop({ signals: ["SIGUSR2"] });
      yield* asyncWith(stop, function* () {});
      const again = yield* raisedBy(asyncWith(stop, function* () {}));
      const unknown = gracefulStop({ signals: ["SIGUSR2", "SIGNONE"] });
      return [again, yield* raisedBy(asyncWith(unknown, function* () {}))];
    });
    const virtual = runVirtual(() => raisedBy(asyncWith(gracefulStop(), function* () {})));
    const codes = [...errors, virtual].map((error) => (error as { code: string }).code);
    expect(codes).toEqual(["ERR_GRACEFUL_STOP_STATE", "ERR_INVALID_SIGNAL", "ERR_NO_SIGNALS"]);
    expect(process.listenerCount("SIGUSR2")).toBe(0);
  });

  test("takes a duration as its grace time", () => {
    expect(() => gracefulStop({ grace: Number.NaN })).toThrow(RangeError);
  });
});
