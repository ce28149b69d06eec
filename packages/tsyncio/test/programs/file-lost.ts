/** Opens files and throws them away. */
import { readdirSync, readlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { asyncWith, run, sleep } from "../../src/index.js";
import { openFile, temporaryFolder } from "../../src/node.js";

declare const gc: () => void;

function open(path: string): boolean {
  return readdirSync("/proc/self/fd").some((fd) => {
    try {
      return readlinkSync(`/proc/self/fd/${fd}`) === path;
    } catch {
      return false;
    }
  });
}

function* lose(path: string) {
  yield* openFile(path);
  yield* asyncWith(openFile(path), function* (file) {
    yield* file.read();
  });
}

process.on("warning", ({ name, message }) => {
  console.log(`${name}: ${message.replace(tmpdir(), "").replace(/\/[^/]+\//, "")}`);
});
await run(
  asyncWith(temporaryFolder(), function* (folder) {
    const path = join(folder, "lost");
    writeFileSync(path, "text");
    yield* lose(path);
    console.log(open(path) ? "open" : "closed");
    for (let n = 0; n < 1000 && open(path); n++) {
      gc();
      yield* sleep("1ms");
    }
    console.log(open(path) ? "open" : "closed");
  }),
);
