/** What a subprocess has for streams follows from its options. */
import { asyncWith, type Coroutine } from "tsyncio";
import {
  createSubprocessExec,
  createSubprocessShell,
  DEVNULL,
  PIPE,
  type Process,
  STDOUT,
  type StreamReader,
  type StreamWriter,
  type SubprocessOptions,
} from "tsyncio/node";
import { is } from "./expect.js";

export function* streams(options: SubprocessOptions): Coroutine<void> {
  const none = yield* createSubprocessExec("ls", "-l");
  is<null>()(none.stdin);
  is<[stdout: null, stderr: null]>()(yield* none.communicate());

  const all = yield* createSubprocessExec("ls", { stdin: PIPE, stdout: PIPE, stderr: PIPE });
  is<StreamWriter>()(all.stdin);
  is<StreamReader>()(all.stdout);
  is<[stdout: Buffer, stderr: Buffer]>()(yield* all.communicate("input"));

  const some = yield* createSubprocessShell("ls", { stdin: DEVNULL, stdout: PIPE, stderr: STDOUT });
  is<null>()(some.stdin);
  is<[stdout: Buffer, stderr: null]>()(yield* some.communicate());

  const unknown = yield* createSubprocessShell("ls", options);
  is<StreamReader | null>()(unknown.stdout);
  is<[stdout: Buffer | null, stderr: Buffer | null]>()(yield* unknown.communicate());

  const any: Process = all;
  is<StreamWriter | null>()(any.stdin);
  // @ts-expect-error a process without a pipe is none with
  const piped: typeof all = some;
  is<number>()(piped.pid);

  yield* asyncWith(createSubprocessExec("cat", { stdin: PIPE }), function* (process) {
    is<StreamWriter>()(process.stdin);
    is<null>()(process.stdout);
    is<number | null>()(process.returncode);
    is<number>()(yield* process.wait());
  });
  // @ts-expect-error options come last
  createSubprocessExec("ls", { stdout: PIPE }, "-l");
  // @ts-expect-error no such option
  createSubprocessExec("ls", { stdOut: PIPE });
}
