/** What the programs must not leave behind in the process that ran them. */

import { afterEach, beforeEach, expect } from "vitest";

const KINDS = /^(TCP|TLS|Pipe|UDP|Process|FSEvent|FSReq)/;

/** Fails every test of the file after which there is a socket, process or file that was not there before. */
export function expectNoLeftovers(): void {
  let before: string[] = [];
  beforeEach(async () => {
    await closing();
    before = resources();
  });
  afterEach(async () => {
    await closing();
    expect(resources()).toEqual(before);
  });
}

function resources(): string[] {
  return process
    .getActiveResourcesInfo()
    .filter((kind) => KINDS.test(kind))
    .sort();
}

/** What was closed is gone after the closing phase of the turn. */
function closing(): Promise<void> {
  return new Promise((resolve) => setImmediate(() => setImmediate(resolve)));
}
