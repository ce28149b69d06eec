/** No process outlives its block, its run, or this process. */
import { existsSync, readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { raisedBy } from "../../test/errors.js";
import { programs } from "../../test/start-program.js";
import {
  asyncFor,
  asyncWith,
  createTask,
  gather,
  getRunningLoop,
  isCancelled,
  run,
  sleep,
  TaskGroup,
  timeout,
} from "../index.js";
import { until } from "./files/folder.contract.js";
import type { Process } from "./process.js";
import { createSubprocessExec, createSubprocessShell } from "./subprocess.js";
import { DEVNULL, PIPE, STDOUT } from "./subprocess-options.js";

const start = programs();

/** True while a process has this number and is no zombie. */
function lives(pid: number): boolean {
  const stat = `/proc/${pid}/stat`;
  if (!existsSync(stat)) return false;
  try {
    return !/\) [ZX] /.test(readFileSync(stat, "latin1"));
  } catch {
    return false;
  }
}

const pipes = { stdout: PIPE } as const;

describe("Process with asyncWith", () => {
  it("Process with asyncWith is told to end when the block does, with all that it has started (B2 228)", async () => {
    const seen = await run(
      asyncWith(createSubprocessShell("sleep 60 & echo $!; sleep 60", pipes), function* (process) {
        const background = Number(yield* process.stdout.readLine());
        expect([process.pid, background].map(lives)).toEqual([true, true]);
        return { process, background };
      }),
    );
    expect(seen.process.returncode).toBe(-15);
    expect([seen.process.pid, seen.background].map(lives)).toEqual([false, false]);
  });

  it("Process with asyncWith ends also when an error or a cancellation leaves the block", async () => {
    await run(function* main() {
      const processes: Process[] = [];
      const block = (end: () => void) =>
        asyncWith(createSubprocessExec("sleep", "60"), function* (process) {
          processes.push(process);
          end();
          yield* sleep("1h");
        });
      const failing = block(() => {
        throw new Error("in the block");
      });
      expect(yield* raisedBy(failing)).toMatchObject({ message: "in the block" });
      const task = createTask(block(() => task.cancel()));
      yield* gather([task], { returnExceptions: true });
      expect(task.cancelled()).toBe(true);
      const late = asyncWith(timeout("20ms"), () => block(() => {}));
      expect(yield* raisedBy(late)).toMatchObject({ code: "ERR_TIMEOUT" });
      expect(processes.map((process) => process.returncode)).toEqual([-15, -15, -15]);
    });
  });

  it("Process with asyncWith gets its time to end well, and its last words arrive", async () => {
    const command = "trap 'echo bye; exit 4' TERM; echo ready; while :; do sleep 0.01; done";
    await run(function* main() {
      const lines: string[] = [];
      const process = yield* asyncWith(new TaskGroup(), (group) =>
        asyncWith(createSubprocessShell(command, pipes), function* (inside) {
          const ready = yield* inside.stdout.readLine();
          lines.push(String(ready));
          group.createTask(
            asyncFor(inside.stdout, function* (line) {
              lines.push(String(line));
            }),
          );
          return inside;
        }),
      );
      expect(process.returncode).toBe(4);
      expect(lines).toEqual(["ready\n", "bye\n"]);
    });
  });

  it("Process with asyncWith is killed after its time of grace, with all that it has started", async () => {
    const stubborn = "trap '' TERM; sleep 60 & echo $!; while :; do sleep 60; done";
    await run(function* main() {
      const options = { stdout: PIPE, grace: "50ms" } as const;
      const loop = getRunningLoop();
      let background = 0;
      let began = 0;
      let ended: Process | undefined;
      yield* asyncWith(createSubprocessShell(stubborn, options), function* (process) {
        background = Number(yield* process.stdout.readLine());
        began = loop.time();
        ended = process;
      });
      expect(loop.time() - began).toBeGreaterThan(0.049);
      expect(ended?.returncode).toBe(-9);
      expect(lives(background)).toBe(false);
    });
  });

  it("Process with asyncWith that has exited leaves nothing of its group behind", async () => {
    await run(function* main() {
      let background = 0;
      yield* asyncWith(createSubprocessShell("sleep 60 & echo $!", pipes), function* (process) {
        background = Number(yield* process.stdout.readLine());
        expect(yield* process.wait()).toBe(0);
        expect(lives(background)).toBe(true);
      });
      expect(lives(background)).toBe(false);
    });
  });

  it("Process with asyncWith is killed at once when its end is cancelled too", async () => {
    await run(function* main() {
      const command = "trap '' TERM; echo ready; while :; do sleep 60; done";
      let process: Process | undefined;
      let told = false;
      const task = createTask(
        asyncWith(createSubprocessShell(command, { ...pipes, grace: "1h" }), function* (inside) {
          process = inside;
          yield* inside.stdout.readLine();
          told = true;
        }),
      );
      yield* until(() => told);
      expect(task.done()).toBe(false);
      task.cancel();
      const [error] = yield* gather([task], { returnExceptions: true });
      expect(isCancelled(error)).toBe(true);
      expect(process?.returncode).toBe(-9);
    });
  });

  it("Process with asyncWith does not wait for those who hold its pipes in another session", async () => {
    await run(function* main() {
      const command = "setsid sleep 60 & echo $!; wait";
      let escaped = 0;
      yield* asyncWith(createSubprocessShell(command, pipes), function* (process) {
        escaped = Number(yield* process.stdout.readLine());
        yield* until(() => readFileSync(`/proc/${escaped}/comm`, "latin1") === "sleep\n");
      });
      expect(lives(escaped)).toBe(true);
      process.kill(escaped, "SIGKILL");
    });
  });

  it("Process with asyncWith that writes more than anybody reads still ends well", async () => {
    const command = "trap 'head -c 1000000 /dev/zero; exit 5' TERM; echo ready; cat /dev/zero";
    await run(function* main() {
      const options = { stdout: PIPE, stderr: DEVNULL, limit: 1024 } as const;
      const process = yield* asyncWith(createSubprocessShell(command, options), function* (inside) {
        yield* inside.stdout.readLine();
        yield* until(() => /paused/.test(String(inside.stdout)));
        return inside;
      });
      expect(process.returncode).toBe(5);
    });
  });

  it("Process with asyncWith loses nothing of its last words, however many they are", async () => {
    const script =
      "process.on('SIGTERM', () => { fs.writeSync(1, 'x'.repeat(150000)); process.exit(4); });" +
      "setInterval(() => {}, 1000); console.log('ready')";
    await run(function* main() {
      const args = [process.execPath, "-e", script] as const;
      const options = { stdout: PIPE, limit: 1_000_000 } as const;
      const ended = yield* asyncWith(createSubprocessExec(...args, options), function* (inside) {
        yield* inside.stdout.readLine();
        return inside;
      });
      expect(ended.returncode).toBe(4);
      expect((yield* ended.stdout.read()).length).toBe(150_000);
    });
  });
});

describe("Process.end()", () => {
  it("Process.end() ends the group in the middle of a block, and gives the return code", async () => {
    await run(
      asyncWith(createSubprocessShell("sleep 60 & echo $!; wait", pipes), function* (process) {
        const background = Number(yield* process.stdout.readLine());
        expect(yield* process.end()).toBe(-15);
        expect(lives(background)).toBe(false);
        expect(yield* process.end()).toBe(-15);
        expect(() => process.kill()).toThrow(expect.objectContaining({ code: "ESRCH" }));
      }),
    );
  });

  it("Process.end(0) kills at once", async () => {
    await run(function* main() {
      const process = yield* createSubprocessExec("sleep", "60");
      expect(yield* process.end(0)).toBe(-9);
    });
  });

  it("Process without a session of its own is ended alone", async () => {
    await run(function* main() {
      const options = { stdout: PIPE, startNewSession: false } as const;
      const command = "sleep 60 & echo $!; wait";
      let background = 0;
      yield* asyncWith(createSubprocessShell(command, options), function* (process) {
        background = Number(yield* process.stdout.readLine());
      });
      expect(lives(background)).toBe(true);
      process.kill(background, "SIGKILL");
    });
  });
});

describe("Process and back-pressure", () => {
  it("Process that writes without end is held back by a reader that does not read", async () => {
    await run(
      asyncWith(createSubprocessExec("yes", { stdout: PIPE, limit: 1024 }), function* (process) {
        yield* until(() => /paused/.test(String(process.stdout)));
        const held = String(process.stdout);
        yield* sleep("30ms");
        expect(String(process.stdout)).toBe(held);
        expect(Number(/(\d+) bytes/.exec(held)?.[1])).toBeLessThan(200_000);
      }),
    );
  });

  it("Process that has exited while another writes into its pipe is held back too", async () => {
    await run(
      asyncWith(
        createSubprocessShell("yes & exit 0", { stdout: PIPE, limit: 1024 }),
        function* (process) {
          yield* process.wait();
          yield* until(() => /paused/.test(String(process.stdout)));
          const held = String(process.stdout);
          yield* sleep("30ms");
          expect(String(process.stdout)).toBe(held);
        },
      ),
    );
  });
});

describe("Process, cancelled at any moment", () => {
  it("Process with asyncWith leaves no process, pipe or listener behind", async () => {
    const kinds = /ProcessWrap|PipeWrap|ServerWrap/;
    const open = (): number =>
      process.getActiveResourcesInfo().filter((kind) => kinds.test(kind)).length;
    const before = open();
    const pids: number[] = [];
    const options = { stdin: PIPE, stdout: PIPE, stderr: STDOUT } as const;
    await run(function* main() {
      for (let moment = 0; moment < 30; moment++) {
        const task = createTask(
          asyncWith(createSubprocessShell("cat & sleep 60", options), function* (inside) {
            pids.push(inside.pid);
            yield* inside.communicate("text");
          }),
        );
        for (let i = 0; i < moment; i++) yield* sleep(moment % 2 === 0 ? 0 : "0.2ms");
        task.cancel();
        yield* gather([task], { returnExceptions: true });
        expect(task.cancelled()).toBe(true);
        expect(pids.filter(lives)).toEqual([]);
      }
      yield* until(() => open() <= before);
    });
    expect(pids.length).toBeGreaterThan(5);
    expect(process.listenerCount("exit")).toBeLessThan(5);
  });
});

describe("Process at the end of a run", () => {
  it("Process that still runs when its run ends is ended with it", async () => {
    const processes = await run(function* main() {
      const made: Process[] = [];
      for (let n = 0; n < 3; n++) made.push(yield* createSubprocessExec("sleep", "60"));
      return made;
    });
    expect(processes.map((process) => process.returncode)).toEqual([-15, -15, -15]);
    expect(process.listenerCount("SIGTERM")).toBe(0);
  });
});

describe.concurrent("Process at the end of this process", () => {
  it.each<[how: string, code: number | null, signal: string | null]>([
    ["returns", 0, null],
    ["exits", 3, null],
    ["throws", 1, null],
    ["SIGTERM", null, "SIGTERM"],
    ["SIGHUP", null, "SIGHUP"],
    ["SIGINT", null, "SIGINT"],
    ["SIGINT outside a run", null, "SIGINT"],
    ["SIGINT twice", null, "SIGINT"],
    ["graceful", null, "SIGTERM"],
  ])("Process does not outlive a parent that ends: %s", async (how, code, signal) => {
    const program = start("children", `--title=${how}`);
    await program.printed("ready");
    const ended = await program.ended();
    const pids = ended.lines[0]?.split(" ").map(Number) ?? [];
    expect(pids).toHaveLength(4);
    expect({ code: ended.code, signal: ended.signal }).toEqual({ code, signal });
    await run(until(() => !pids.some(lives)));
  });
});
