/** The programs that `npm start -- NAME` runs. */

/** A program a person can start. */
export interface Program {
  readonly name: string;
  /** Its compiled file, from this folder. */
  readonly file: string;
  /** What it shows, on one line. */
  readonly about: string;
}

/** The program that runs when none is named. */
export const FIRST = "left-behind";

/** All of them, in the order in which one would look at them. */
export const programs: readonly Program[] = [
  ...inFolder("seeds", {
    "left-behind": "a task that nobody waits for is cancelled when main ends (1 s)",
    "one-after-another": "two tasks, each awaited where it is made (3 s)",
    "two-sleeps-blocking": "two functions that block their thread (6 s)",
    "two-sleeps": "the same work as two tasks (3 s)",
    "foo-bar-gather": "two coroutines awaited together (2 s)",
    "print1-print2": "a task that waits and one that does not (10 s)",
    "returned-not-awaited": "a coroutine that nobody awaits does nothing: no output (0 s)",
    "order-1-2-3": "tasks that end in the order in which they are awaited (3 s)",
    "order-3-1-2": "tasks that end before they are awaited (3 s)",
    "in-a-loop": "ten tasks made in a loop (9 s)",
  }),
  ...inFolder("stories", {
    "alarm-clock": "dreams, until the alarm cancels them (2.4 s)",
    cashier: "one person at the till, then a queue and two cooks in the kitchen (4.5 s)",
    party: "four preparations at once with one pair of hands (1.8 s)",
  }),
  ...inFolder("download-many", {
    "download-many": "many downloads, six at a time; Ctrl-C cleans up (2 s)",
  }),
];

function inFolder(folder: string, abouts: Readonly<Record<string, string>>): Program[] {
  return Object.entries(abouts).map(([name, about]) => {
    return { name, file: `${folder}/${name}.gen.js`, about };
  });
}
