import { afterEach, beforeEach } from "vitest";
import { threadLoop } from "../src/hosts/thread-loop.js";
import { asyncFunction } from "./async-function.js";

const PROBE = "the probe of the test";
const probe = asyncFunction("probe", function* () {
  throw PROBE;
});

/** What the loop of the thread reports during a test. */
export interface Reports {
  /** Message and error of each report. */
  readonly list: string[];
  /** Waits until what was lost before this call has been reported. */
  all(): Promise<void>;
}

/** Collects what the loop of the thread reports, anew for each test of the file. */
export function threadReports(): Reports {
  let list: string[] = [];
  let arrived = (): void => {};
  beforeEach(() => {
    list = [];
    threadLoop().setExceptionHandler((_, { message, exception }) => {
      list.push(exception === undefined ? message : `${message}: ${exception}`);
      arrived();
    });
  });
  afterEach(() => {
    threadLoop().setExceptionHandler(null);
  });
  return {
    get list() {
      return list;
    },
    // A report of its own comes behind those that are due.
    async all() {
      const seen = new Promise<void>((resolve) => {
        arrived = () => {
          if (list.at(-1)?.endsWith(PROBE)) resolve();
        };
      });
      void probe();
      await seen;
      list.pop();
    },
  };
}
