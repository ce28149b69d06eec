import { expect } from "vitest";

/** The numbered steps of a test, whose order pins an interleaving. */
export interface Steps {
  /** The program has come to step `n`. */
  at(n: number): void;
  /** Step `n` is the last: now all of them must have come, in the order of their numbers. */
  end(n: number): void;
}

/** Counts the steps of one test. */
export function steps(): Steps {
  const seen: number[] = [];
  const at = (n: number): void => {
    seen.push(n);
  };
  return {
    at,
    end(n) {
      at(n);
      expect(seen).toEqual(Array.from({ length: n }, (_, i) => i + 1));
    },
  };
}
