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
  ...inFolder("echo", {
    echo: "a TCP server that sends back what it is sent; with a port it stays (0 s)",
  }),
  ...inFolder("chat", {
    chat: "a chat with names and rooms; who is too slow is cut off; with a port it stays (0 s)",
  }),
  ...inFolder("proxy", {
    proxy: "a TCP proxy with back-pressure: proxy PORT HOST PORT, or a slow client (1 s)",
  }),
  ...inFolder("port-scanner", {
    "port-scanner": "finds open ports, of this machine only: port-scanner HOST FIRST LAST (1 s)",
  }),
  ...inFolder("crawler", {
    crawler: "looks at all pages of a site, politely: crawler URL, or two sites of its own (1 s)",
  }),
  ...inFolder("deadlines", {
    deadlines: "an HTTP service whose requests have deadlines; with a port it stays (1 s)",
  }),
  ...inFolder("supervisor", {
    supervisor: "keeps programs alive: supervisor COMMAND ARGS, or two of its own (2 s)",
  }),
  ...inFolder("job-queue", {
    "job-queue": "jobs on threads, or on the workers of a queue: job-queue REDIS_URL (1 s)",
  }),
  ...inFolder("comparison", {
    comparison: "the same work one by one, as tasks, on threads and on processes (17 s)",
  }),
  ...inFolder("download-many", {
    "download-many":
      "many files at once into a folder: download-many FOLDER URL..., or a show (2 s)",
  }),
];

function inFolder(folder: string, abouts: Readonly<Record<string, string>>): Program[] {
  return Object.entries(abouts).map(([name, about]) => {
    return { name, file: `${folder}/${name}.gen.js`, about };
  });
}
