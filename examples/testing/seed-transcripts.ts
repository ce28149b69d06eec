/** What the programs of `seeds/` print, line by line, in both their forms. */

const TEN = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9];

/** What a seed shows of a program, and the seconds on its clock in generator form. */
export interface SeedTranscript {
  readonly name: string;
  readonly seconds: number;
  readonly lines: readonly string[];
}

/** One for each program of `seeds/` that runs on the loop. */
export const seedTranscripts: readonly SeedTranscript[] = [
  {
    name: "two-sleeps",
    seconds: 3,
    lines: ["16", "2.0", "fun1 завершена", "fun2 завершена"],
  },
  { name: "print1-print2", seconds: 10, lines: ["1", "2"] },
  { name: "returned-not-awaited", seconds: 0, lines: [] },
  {
    name: "foo-bar-gather",
    seconds: 2,
    lines: ["foo", "bar", "foo done", "bar done"],
  },
  {
    name: "left-behind",
    seconds: 1,
    lines: ["2 -- started", "1 -- started", "1 -- finished", "Ended with 1"],
  },
  {
    name: "one-after-another",
    seconds: 3,
    lines: ["1 -- started", "1 -- finished", "2 -- started", "2 -- finished", "Ended with 3"],
  },
  {
    name: "order-1-2-3",
    seconds: 3,
    lines: [
      "Before creating tasks",
      "After creating tasks",
      "Before first 'await'",
      "1 -- started",
      "2 -- started",
      "3 -- started",
      "1 -- finished",
      "After 1 task",
      "2 -- finished",
      "After 2 task",
      "3 -- finished",
      "After 3 task",
    ],
  },
  {
    name: "order-3-1-2",
    seconds: 3,
    lines: [
      "Before creating tasks",
      "After creating tasks",
      "Before first 'await'",
      "3 -- started",
      "1 -- started",
      "2 -- started",
      "1 -- finished",
      "2 -- finished",
      "3 -- finished",
      "After 1 task",
      "After 2 task",
      "After 3 task",
    ],
  },
  {
    name: "in-a-loop",
    seconds: 9,
    lines: [...TEN.map((n) => `${n} -- started`), ...TEN.map((n) => `${n} -- finished`)],
  },
];
