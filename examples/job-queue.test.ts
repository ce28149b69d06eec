/** job-queue as a process, on threads of its own. */

import { expect, test } from "vitest";
import { startChild } from "./testing/child-program.js";

test("job-queue submits jobs and prints what comes of them", async () => {
  const { lines, errors, code } = await startChild(["job-queue"]);
  expect({ errors, code, lines }).toEqual({
    errors: "",
    code: 0,
    lines: [
      "primes below 10, 100 and 1000: 4, 25, 168",
      "invoice for Ada sent at attempt 2",
      "and only once",
      "copied page 1 of 3",
      "copied page 2 of 3",
      "copied page 3 of 3",
      "found by its id: 3 pages",
      "all primes: given up after 300 ms, and so has the worker",
    ],
  });
});
