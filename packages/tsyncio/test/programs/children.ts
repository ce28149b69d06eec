/** Has child processes that will not end by themselves when it ends, in the way that its title says. */
import { asyncWith, getRunningLoop, Loop, run, sleep } from "../../src/index.js";
import { createSubprocessShell, gracefulStop, NodeHost, PIPE } from "../../src/node.js";

const how = process.title;
const [, signal] = /^(SIG\w+)/.exec(how) ?? [];
const stubborn = "trap '' TERM INT HUP; sleep 60 & echo $$ $!; while :; do sleep 60; done";
const grace = how === "SIGINT twice" || how === "graceful" ? "1h" : "30ms";
const options = { stdout: PIPE, grace } as const;

function* main() {
  const free = yield* createSubprocessShell(stubborn, options);
  yield* asyncWith(createSubprocessShell(stubborn, options), function* (held) {
    const pids = [yield* free.stdout.readLine(), yield* held.stdout.readLine()];
    console.log(pids.map((line) => String(line).trim()).join(" "));
    console.log("ready");
    yield* end();
  });
}

function* end() {
  if (how === "returns") return;
  if (how === "exits") process.exit(3);
  if (how === "throws") {
    setTimeout(() => {
      throw new Error("nobody catches this");
    });
  }
  if (signal !== undefined) process.kill(process.pid, signal);
  if (how === "SIGINT twice") {
    getRunningLoop().callLater("50ms", () => process.kill(process.pid, "SIGINT"));
  }
  if (how === "graceful") process.kill(process.pid, "SIGTERM");
  yield* sleep("1h");
}

if (how === "SIGINT outside a run") {
  const loop = new Loop(new NodeHost());
  loop.createTask(main());
} else if (how === "graceful") {
  await run(asyncWith(gracefulStop({ grace: "20ms" }), main));
} else {
  await run(main);
}
