/** The rows of docs/differences.md about subprocesses. */

import { asyncWith, type Coroutine, run, waitFor } from "tsyncio";
import { createSubprocessExec, createSubprocessShell, PIPE } from "tsyncio/node";
import { describe, expect, it } from "vitest";
import { raisedBy } from "./errors.js";

describe("subprocesses", () => {
  it("D50 a process ends with its block, and with its run", async () => {
    const [held, free] = await run(function* main() {
      const one = yield* asyncWith(createSubprocessExec("sleep", "60"), function* (process) {
        return process;
      });
      return [one, yield* createSubprocessExec("sleep", "60")];
    });
    expect([held?.returncode, free?.returncode]).toEqual([-15, -15]);
  });

  it("D51 a process leads a group, which ends with it", async () => {
    const groupOf = function* (startNewSession: boolean): Coroutine<number[]> {
      const options = { stdout: PIPE, startNewSession } as const;
      const process = yield* createSubprocessShell("ps -o pgid= -p $$", options);
      const [stdout] = yield* process.communicate();
      return [process.pid, Number(stdout)];
    };
    const [pid, group] = await run(groupOf(true));
    expect(group).toBe(pid);
    const [other, shared] = await run(groupOf(false));
    expect(shared).not.toBe(other);
  });

  it("D52 wait() does not wait for others that hold the pipes", async () => {
    const code = await run(
      asyncWith(createSubprocessShell("sleep 60 & exit 3", { stdout: PIPE }), (process) =>
        process.wait(),
      ),
    );
    expect(code).toBe(3);
  });

  it("D53 communicate() that is cancelled loses nothing of the output", async () => {
    await run(function* main() {
      const process = yield* createSubprocessShell("echo text; exec sleep 60", { stdout: PIPE });
      yield* raisedBy(waitFor(process.communicate(), "50ms"));
      process.kill();
      expect(String((yield* process.communicate())[0])).toBe("text\n");
    });
  });

  it("D54 the pipes are sockets", async () => {
    await run(function* main() {
      const command = "test -S /proc/self/fd/1 && echo socket";
      const process = yield* createSubprocessShell(command, { stdout: PIPE });
      expect(String((yield* process.communicate())[0])).toBe("socket\n");
    });
  });

  it("D55 a program that cannot be started is a SubprocessError", async () => {
    const error = await run(raisedBy(createSubprocessExec("no-such-program")));
    expect(error).toMatchObject({ name: "SubprocessError", code: "ENOENT" });
  });

  it("D56 signals to a process that has exited raise at once", async () => {
    await run(
      asyncWith(createSubprocessShell("sleep 60 &", { stdout: PIPE }), function* (process) {
        yield* process.wait();
        expect(() => process.terminate()).toThrow(
          expect.objectContaining({ name: "ProcessLookupError" }),
        );
      }),
    );
  });
});
