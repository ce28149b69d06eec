/** Ctrl-C, on whole processes. */
import { describe, expect, test } from "vitest";
import { programs } from "../../../test/start-program.js";

const start = programs();

/** Ended as the shell expects of a program that Ctrl-C has ended: by the signal, which it shows as code 130. */
const interrupted = { code: null, signal: "SIGINT", stderr: "" };

describe("Ctrl-C", () => {
  test("runs the cleanup and ends the process by the signal, without a stack (B2 233)", async () => {
    const program = start("interrupted");
    await program.printed("ready");
    program.interrupt();
    expect(await program.ended()).toEqual({ ...interrupted, lines: ["ready", "cleaned up"] });
  });

  test("is a KeyboardInterrupt that a program may catch; then it is the engine's again", async () => {
    const program = start("interrupt-caught");
    await program.printed("ready");
    program.interrupt();
    await program.printed("idle");
    program.interrupt();
    const lines = ["ready", "true", "went on", "0 handlers", "idle"];
    expect(await program.ended()).toEqual({ ...interrupted, lines });
  });

  test("that main swallows gives main's value (B2 233)", async () => {
    const program = start("interrupt-swallowed");
    await program.printed("ready");
    program.interrupt();
    const lines = ["ready", "a value all the same"];
    expect(await program.ended()).toEqual({ code: 0, signal: null, lines, stderr: "" });
  });

  test("that main answers with another error gives that error", async () => {
    const program = start("interrupt-replaced");
    await program.printed("ready");
    program.interrupt();
    const lines = ["ready", "RangeError: cleanup failed"];
    expect(await program.ended()).toEqual({ code: 0, signal: null, lines, stderr: "" });
  });

  test("a second time stops waiting for the cleanup (B2 234)", async () => {
    const program = start("interrupted-twice");
    await program.printed("ready");
    program.interrupt();
    await program.printed("cleaning up");
    program.interrupt();
    expect(await program.ended()).toEqual({ ...interrupted, lines: ["ready", "cleaning up"] });
  });

  test("a second time ends a run on a host of its own as well", async () => {
    const program = start("interrupt-own-host");
    await program.printed("ready");
    program.interrupt();
    await program.printed("cleaning up");
    program.interrupt();
    expect(await program.ended()).toEqual({ ...interrupted, lines: ["ready", "cleaning up"] });
  });

  test("while a run drains stops waiting for what refuses to end", async () => {
    const program = start("interrupted-while-draining");
    await program.printed("draining");
    program.interrupt();
    expect(await program.ended()).toEqual({ ...interrupted, lines: ["draining"] });
  });

  test("is left to a program that has a handler of its own", async () => {
    const program = start("interrupt-handled");
    await program.printed("ready");
    program.interrupt();
    const lines = ["ready", "the program's own handler"];
    expect(await program.ended()).toEqual({ code: 0, signal: null, lines, stderr: "" });
  });

  test("ends every run of several that overlap", async () => {
    const program = start("interrupt-overlapping");
    await program.printed("ready");
    program.interrupt();
    const cleanups = ["a", "b", "c"].map((name) => `${name} cleaned up`);
    const lines = ["ready", ...cleanups, "true", "true", "true"];
    expect(await program.ended()).toEqual({ code: 0, signal: null, lines, stderr: "" });
  });

  test("that was caught leaves later errors to the program's own handler", async () => {
    const program = start("uncaught-after-interrupt");
    await program.printed("ready");
    program.interrupt();
    const lines = ["ready", "caught", "handled: somebody's mistake", "still here"];
    expect(await program.ended()).toEqual({ code: 0, signal: null, lines, stderr: "" });
  });
});

test("a KeyboardInterrupt that a task raises ends the process as Ctrl-C does", async () => {
  expect(await start("interrupt-raised").ended()).toEqual({
    ...interrupted,
    lines: ["cleaned up"],
  });
});
