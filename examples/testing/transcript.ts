/** What a program prints on virtual time, and how long it takes there. */

import { format } from "node:util";
import * as asyncio from "tsyncio";
import { runVirtual } from "tsyncio/testing";

/** The course of a program. */
export interface Transcript {
  readonly lines: readonly string[];
  /** The seconds on its clock from its beginning until the last of its tasks had ended. */
  readonly seconds: number;
}

/** Runs a program on virtual time, from 0 on, and takes down what it prints. */
export function transcriptOf(main: () => asyncio.Coroutine<unknown>): Transcript {
  const lines: string[] = [];
  let loop: asyncio.Loop | undefined;
  const { log } = console;
  console.log = (...args: unknown[]) => lines.push(...format(...args).split("\n"));
  try {
    runVirtual(function* program() {
      loop = asyncio.getRunningLoop();
      yield* main();
    });
  } finally {
    console.log = log;
  }
  return { lines, seconds: loop?.time() ?? Number.NaN };
}
