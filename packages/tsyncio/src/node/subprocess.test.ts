import { closeSync, mkdirSync, openSync, readFileSync, realpathSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { describe, expect, it } from "vitest";
import { raisedBy, withCode } from "../../test/errors.js";
import {
  asyncFor,
  asyncWith,
  type Coroutine,
  createTask,
  gather,
  run,
  sleep,
  waitFor,
} from "../index.js";
import { testFolder } from "./files/folder.contract.js";
import { openFile } from "./files/open-file.js";
import type { Process } from "./process.js";
import { createSubprocessExec, createSubprocessShell } from "./subprocess.js";
import { DEVNULL, PIPE, STDOUT, type SubprocessOptions } from "./subprocess-options.js";

const at = testFolder();
const node = process.execPath;

/** What a command line writes to stdout. */
function* output(command: string, options: SubprocessOptions = {}): Coroutine<string> {
  const process = yield* createSubprocessShell(command, { ...options, stdout: PIPE });
  const [stdout] = yield* process.communicate();
  return stdout.toString();
}

describe("createSubprocessExec()", () => {
  it("createSubprocessExec() passes the arguments as they are", async () => {
    const script = "console.log(JSON.stringify(process.argv.slice(1)))";
    const args = ["a b", "$HOME", "'\"", "", "*"];
    await run(function* main() {
      const process = yield* createSubprocessExec(node, "-e", script, "--", ...args, {
        stdout: PIPE,
      });
      const [stdout, stderr] = yield* process.communicate();
      expect(JSON.parse(String(stdout))).toEqual(args);
      expect(stderr).toBeNull();
      expect(process.returncode).toBe(0);
      expect(process.stdin).toBeNull();
    });
  });

  it("createSubprocessExec() takes cwd, env and another executable", async () => {
    mkdirSync(at("folder"));
    await run(function* main() {
      const cwd = at("folder");
      expect(yield* output("pwd -P", { cwd })).toBe(`${realpathSync(cwd)}\n`);
      expect(yield* output("env", { env: { ONLY: "this", NOT: undefined } })).toMatch(
        /^ONLY=this$/m,
      );
      expect(yield* output("env", { env: { ONLY: "this" } })).not.toMatch(/^HOME=/m);
      const options = { executable: "/bin/sh", stdout: PIPE } as const;
      const named = yield* createSubprocessExec("my-name", "-c", "echo $0", options);
      expect(String((yield* named.communicate())[0])).toBe("my-name\n");
      const bash = yield* createSubprocessShell("echo $0", {
        executable: "/bin/bash",
        stdout: PIPE,
      });
      expect(String((yield* bash.communicate())[0])).toBe("/bin/bash\n");
    });
  });

  it("createSubprocessExec() redirects to files, to nothing and to each other", async () => {
    writeFileSync(at("in"), "from the file\n");
    const both = "cat; echo out; echo err >&2";
    await run(function* main() {
      yield* asyncWith(openFile(at("in")), function* (stdin) {
        yield* asyncWith(openFile(at("out"), "w"), function* (stdout) {
          const process = yield* createSubprocessShell(both, { stdin, stdout, stderr: STDOUT });
          expect(yield* process.wait()).toBe(0);
        });
      });
      expect(readFileSync(at("out"), "utf8")).toBe("from the file\nout\nerr\n");
      const fd = openSync(at("err"), "w");
      const options = { stdin: DEVNULL, stdout: DEVNULL, stderr: fd };
      yield* (yield* createSubprocessShell(both, options)).wait();
      closeSync(fd);
      expect(readFileSync(at("err"), "utf8")).toBe("err\n");
    });
  });

  it("createSubprocessExec() with stderr: STDOUT gives both in the order in which they were written", async () => {
    const script = "i=0; while [ $i -lt 50 ]; do echo out $i; echo err $i >&2; i=$((i+1)); done";
    await run(function* main() {
      const options = { stdin: DEVNULL, stdout: PIPE, stderr: STDOUT };
      const process = yield* createSubprocessShell(script, options);
      const [stdout, stderr] = yield* process.communicate();
      expect(stderr).toBeNull();
      const expected = Array.from({ length: 50 }, (_, n) => `out ${n}\nerr ${n}\n`).join("");
      expect(String(stdout)).toBe(expected);
    });
  });

  it("createSubprocessExec() refuses what leads nowhere, before anything starts", async () => {
    await run(function* main() {
      const code = "ERR_INVALID_ARG";
      for (const options of [{ stdin: STDOUT }, { stdout: STDOUT }, { stderr: -4 }, { limit: 0 }]) {
        expect(yield* raisedBy(createSubprocessExec("true", options))).toMatchObject({ code });
      }
      expect(
        yield* raisedBy(createSubprocessExec("true", { grace: "soon" as never })),
      ).toMatchObject({
        code: "ERR_INVALID_DURATION",
      });
    });
    expect(() => createSubprocessExec("true")[Symbol.iterator]().next()).toThrow(
      withCode("ERR_NO_RUNNING_LOOP"),
    );
  });
});

describe("createSubprocessExec(), failing", () => {
  /** The error of starting `program`. */
  const failure = (program: string, options: SubprocessOptions = {}): Promise<unknown> =>
    run(raisedBy(createSubprocessExec(program, options)));

  it("createSubprocessExec() names a program that does not exist", async () => {
    expect(await failure("no-such-program")).toMatchObject({
      name: "SubprocessError",
      code: "ENOENT",
      program: "no-such-program",
      message:
        'Cannot start "no-such-program": there is no such program (ENOENT); check its name and PATH',
      cause: { code: "ENOENT", syscall: "spawn no-such-program" },
    });
    const options = { stdout: PIPE, stderr: STDOUT };
    expect(await failure("no-such-program", options)).toMatchObject({ code: "ENOENT" });
  });

  it("createSubprocessExec() tells a folder that does not exist from a program", async () => {
    const cwd = at("missing");
    expect(await failure("true", { cwd })).toMatchObject({
      code: "ENOENT",
      message: `Cannot start "true": there is no folder ${cwd}; pass another cwd`,
    });
    writeFileSync(at("file"), "");
    expect(await failure("true", { cwd: at("file") })).toMatchObject({
      message: `Cannot start "true": there is no folder ${at("file")}; pass another cwd`,
    });
  });

  it("createSubprocessExec() tells a program from its interpreter, and what may not be executed", async () => {
    writeFileSync(at("script"), "#!/no/such/interpreter\n", { mode: 0o755 });
    expect(await failure(at("script"))).toMatchObject({
      code: "ENOENT",
      message: expect.stringContaining("the interpreter that its first line names is missing"),
    });
    writeFileSync(at("text"), "text", { mode: 0o644 });
    for (const program of [at("text"), at()]) {
      expect(await failure(program)).toMatchObject({
        code: "EACCES",
        message: expect.stringContaining(`Cannot start "${program}": it may not be executed`),
      });
    }
  });

  it("createSubprocessExec() says that the arguments are too long", async () => {
    const error = await run(raisedBy(createSubprocessExec("true", "x".repeat(3_000_000))));
    expect(error).toMatchObject({ code: "E2BIG", message: expect.stringContaining("too long") });
  });

  it("createSubprocessShell() gives 127 for a command that does not exist", async () => {
    await run(function* main() {
      const process = yield* createSubprocessShell("no-such-command", { stderr: PIPE });
      const [, stderr] = yield* process.communicate();
      expect(String(stderr)).toContain("no-such-command");
      expect(process.returncode).toBe(127);
    });
  });
});

describe("Process", () => {
  it("Process.communicate() feeds and reads at the same time, 1 MiB both ways (B2 224)", async () => {
    const data = Buffer.alloc(2 ** 20, "0123456789abcde\n");
    const script = "for (const to of [process.stdout, process.stderr]) process.stdin.pipe(to)";
    await run(function* main() {
      const options = { stdin: PIPE, stdout: PIPE, stderr: PIPE } as const;
      const process = yield* createSubprocessExec(node, "-e", script, options);
      const [stdout, stderr] = yield* process.communicate(data);
      expect(stdout.equals(data)).toBe(true);
      expect(stderr.equals(data)).toBe(true);
    });
  });

  it("Process.communicate() does not mind a process that does not read (B2 225)", async () => {
    const data = Buffer.alloc(2 ** 20);
    await run(function* main() {
      for (const command of ["exit 3", "exec <&-; echo no more; exit 3"]) {
        const options = { stdin: PIPE, stdout: PIPE } as const;
        const process = yield* createSubprocessShell(command, options);
        yield* process.communicate(data);
        expect(process.returncode).toBe(3);
      }
      const deaf = yield* createSubprocessExec("true");
      expect(yield* deaf.communicate("ignored")).toEqual([null, null]);
      const nothing = yield* createSubprocessExec("cat", { stdin: PIPE, stdout: PIPE });
      expect(yield* nothing.communicate()).toEqual([Buffer.alloc(0), null]);
    });
  });

  it("Process.communicate() that is cancelled leaves the process and its output", async () => {
    await run(function* main() {
      const command = "echo first; exec sleep 60";
      const process = yield* createSubprocessShell(command, { stdout: PIPE });
      expect(yield* raisedBy(waitFor(process.communicate(), "50ms"))).toMatchObject({
        code: "ERR_TIMEOUT",
      });
      expect(process.returncode).toBeNull();
      process.terminate();
      expect(String((yield* process.communicate())[0])).toBe("first\n");
      expect(process.returncode).toBe(-15);
    });
  });

  it("Process streams are readers and writers: a conversation line by line", async () => {
    const script = 'while read line; do echo "got $line"; done; echo end';
    await run(function* main() {
      const options = { stdin: PIPE, stdout: PIPE } as const;
      yield* asyncWith(createSubprocessShell(script, options), function* ({ stdin, stdout }) {
        for (const word of ["one", "two"]) {
          stdin.write(`${word}\n`);
          yield* stdin.drain();
          expect(String(yield* stdout.readLine())).toBe(`got ${word}\n`);
        }
        stdin.close();
        const rest: string[] = [];
        yield* asyncFor(stdout, function* (line) {
          rest.push(line.toString());
        });
        expect(rest).toEqual(["end\n"]);
      });
    });
  });

  it("Process.wait() answers several tasks, again and again, and may be cancelled (B2 226)", async () => {
    await run(function* main() {
      const process = yield* createSubprocessExec("sleep", "60");
      const waits = [1, 2, 3].map(() => createTask(process.wait()));
      yield* sleep(0);
      waits[1]?.cancel();
      yield* gather([waits[1] as never], { returnExceptions: true });
      expect(process.returncode).toBeNull();
      process.kill();
      expect(yield* gather([waits[0] as never, waits[2] as never])).toEqual([-9, -9]);
      expect(yield* process.wait()).toBe(-9);
    });
  });

  it("Process.returncode is the exit code, or the negative number of the signal (B2 227)", async () => {
    await run(function* main() {
      const ended = function* (end: (process: Process) => void): Coroutine<number> {
        const process = yield* createSubprocessExec("sleep", "60");
        expect(String(process)).toBe(`<Process ${process.pid} sleep 60 running>`);
        end(process);
        return yield* process.wait();
      };
      expect(yield* ended((process) => process.terminate())).toBe(-15);
      expect(yield* ended((process) => process.kill())).toBe(-9);
      expect(yield* ended((process) => process.sendSignal("SIGINT"))).toBe(-2);
      expect(yield* ended((process) => process.sendSignal(1))).toBe(-1);
      const exit = yield* createSubprocessShell("exit 7");
      expect(yield* exit.wait()).toBe(7);
      expect(String(exit)).toBe(`<Process ${exit.pid} exit 7 returncode=7>`);
    });
  });

  it("Process.sendSignal() after the exit raises ProcessLookupError", async () => {
    await run(function* main() {
      const process = yield* createSubprocessExec("true");
      yield* process.wait();
      for (const send of [() => process.kill(), () => process.terminate()]) {
        expect(send).toThrow(
          expect.objectContaining({ name: "ProcessLookupError", code: "ESRCH" }),
        );
      }
      const running = yield* createSubprocessExec("sleep", "60");
      expect(() => running.sendSignal("SIGNONE" as never)).toThrow(withCode("ERR_UNKNOWN_SIGNAL"));
    });
  });

  it("Process can be started, fed and awaited by plain async code", async () => {
    const process = await createSubprocessExec("cat", { stdin: PIPE, stdout: PIPE });
    process.stdin.write("one\n");
    expect(String(await process.stdout.readLine())).toBe("one\n");
    expect(String((await process.communicate("two\n"))[0])).toBe("two\n");
    expect(await process.wait()).toBe(0);
  });

  it("Process that waits in a pipeline of a real shell", async () => {
    const lines = Array.from({ length: 20_000 }, (_, n) => `line ${n % 7}\n`);
    await run(function* main() {
      const options = { stdin: PIPE, stdout: PIPE } as const;
      const command = "grep -v 'line 3' | sort | uniq -c | tr -s ' ' | cut -d ' ' -f 2-";
      const process = yield* createSubprocessShell(command, options);
      const [stdout] = yield* process.communicate(lines.join(""));
      const counts = [0, 1, 2, 4, 5, 6].map((n) => {
        const count = lines.filter((line) => line === `line ${n}\n`).length;
        return `${count} line ${n}\n`;
      });
      expect(String(stdout)).toBe(counts.join(""));
      expect(process.returncode).toBe(0);
      expect(yield* output("yes | head -n 3 | tr -d '\\n'")).toBe("yyy");
    });
  });

  it("Process.wait() gives the exit while a process in the background keeps the pipes", async () => {
    await run(function* main() {
      const options = { stdout: PIPE } as const;
      yield* asyncWith(
        createSubprocessShell("sleep 60 & echo started", options),
        function* (process) {
          expect(yield* process.wait()).toBe(0);
          expect(String(yield* process.stdout.readLine())).toBe("started\n");
          expect(process.stdout.atEof()).toBe(false);
        },
      );
    });
  });

  it("Process runs as another user when it is told to, whose rights are what counts", async () => {
    if (process.getuid?.() !== 0) {
      const error = await run(raisedBy(createSubprocessExec("true", { user: 0 })));
      expect(error).toMatchObject({ code: "EPERM", program: "true" });
      return;
    }
    writeFileSync(at("secret"), "text", { mode: 0o600 });
    await run(function* main() {
      const options = {
        user: 65534,
        group: 65534,
        stdout: PIPE,
        stderr: PIPE,
        cwd: tmpdir(),
      } as const;
      const child = yield* createSubprocessShell(`id -u; cat ${at("secret")}`, options);
      const [stdout, stderr] = yield* child.communicate();
      expect(String(stdout)).toBe("65534\n");
      expect(String(stderr)).toContain("Permission denied");
    });
  });
});
