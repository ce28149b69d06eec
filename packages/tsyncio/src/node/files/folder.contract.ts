/** A folder for each test, and what of it the process has open. */
import { mkdtempSync, readdirSync, readlinkSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach } from "vitest";
import { asyncWith, type Coroutine, run, sleep } from "../../index.js";
import type { File } from "./file.js";
import { openFile } from "./open-file.js";

/** Makes a folder for each test of the file, removed afterwards; the function joins names to its path. */
export function testFolder(): (...names: string[]) => string {
  let path = "";
  beforeEach(() => {
    path = mkdtempSync(join(tmpdir(), "tsyncio-test-"));
  });
  afterEach(() => rmSync(path, { recursive: true }));
  return (...names) => join(path, ...names);
}

/** The files below `folder` that this process has open, from the system's own list. */
export function openBelow(folder: string): string[] {
  const open: string[] = [];
  for (const fd of readdirSync("/proc/self/fd")) {
    try {
      const path = readlinkSync(`/proc/self/fd/${fd}`);
      if (path.startsWith(folder)) open.push(path);
    } catch {
      // The descriptor of the listing itself.
    }
  }
  return open;
}

/** Waits for what the system does in its own time and tells nobody. */
export function* until(holds: () => boolean): Coroutine<void> {
  for (let attempt = 0; !holds(); attempt++) {
    if (attempt === 2000) throw new Error("it did not come to hold");
    yield* sleep("1ms");
  }
}

/** Gives a function that runs a block with a file of the folder, opened, that holds `content`. */
export function fileMaker(at: (name: string) => string) {
  return <R>(
    content: string | Uint8Array,
    flags: string,
    block: (file: File) => Coroutine<R>,
  ): Promise<R> => {
    writeFileSync(at("file"), content);
    return run(asyncWith(openFile(at("file"), flags), block));
  };
}
