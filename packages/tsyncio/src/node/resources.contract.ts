/** What a test must not leave behind. */
import { afterEach, beforeEach, expect } from "vitest";

const KINDS = /^(TCP|Pipe|TLS|PIPE|UDP|GetAddrInfo|Shutdown|Write|Connect)/;
/** Closed handles are gone when the engine has come round; some take a second time. */
const ROUNDS = 20;

/** The sockets and pipes of the process, and what they are doing. */
export function openResources(): string[] {
  return process
    .getActiveResourcesInfo()
    .filter((kind) => KINDS.test(kind))
    .sort();
}

/** Lets every test of the file fail that leaves a socket or a pipe. */
export function leavesNoResources(): void {
  let before: string[] = [];
  beforeEach(() => {
    before = openResources();
  });
  afterEach(async () => {
    for (let round = 0; round < ROUNDS && openResources().length > before.length; round++) {
      await new Promise((resolve) => setImmediate(resolve));
    }
    expect(openResources()).toEqual(before);
  });
}
