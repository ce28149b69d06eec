/** The host for browsers, workers and any engine without Node's API. */
import type { Host } from "../../kernel/host.js";
import { Alarm } from "../alarm.js";

/**
 * A loop's footing in a browser: microtasks to wake, a message to itself to let the page breathe, one timeout for the
 * earliest deadline.
 */
export class BrowserHost implements Host {
  readonly name = "browser";
  readonly resolution = 1e-9;
  readonly #alarm = new Alarm();
  readonly #later: (run: () => void) => void = chooseMacrotask();

  now(): number {
    return performance.now() / 1000;
  }

  soon(run: () => void): void {
    queueMicrotask(run);
  }

  later(run: () => void): void {
    this.#later(run);
  }

  alarm(when: number | undefined, run: () => void): void {
    this.#alarm.set(when, this.now(), run);
  }
}

/** A message channel is not slowed down as nested timeouts are; without one (some edge engines), a timeout. */
function chooseMacrotask(): (run: () => void) => void {
  if (typeof MessageChannel === "undefined") return (run) => setTimeout(run, 0);
  const asked: (() => void)[] = [];
  const { port1, port2 } = new MessageChannel();
  port1.addEventListener("message", () => asked.shift()?.());
  port1.start();
  return (run) => {
    asked.push(run);
    port2.postMessage(undefined);
  };
}
