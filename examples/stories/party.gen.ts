/**
 * A party at home: food, drinks, music and guests, and a host with one pair of hands. What needs the
 * hands is done one thing at a time; water boils, and guests are on their way, without them. That is
 * cooperative multitasking: one thread, and nobody stands beside a pot.
 */

import { realpathSync } from "node:fs";
import * as asyncio from "tsyncio";

/** The host, who does one thing at a time and the others in the order in which they came up. */
class Host {
  readonly #hands = new asyncio.Lock();

  /** Has the hands for as long as the work takes. */
  busyWith(what: string, seconds: number): asyncio.Operation<void> {
    return asyncio.asyncWith(this.#hands, function* () {
      console.log(what);
      yield* asyncio.sleep(seconds);
    });
  }
}

function* food(host: Host) {
  yield* host.busyWith("chopping the vegetables", 0.25);
  console.log("the water is on");
  yield* asyncio.sleep(1);
  console.log("the water boils");
  yield* host.busyWith("cooking the pasta", 0.25);
}

function* guest(host: Host, name: string, arrival: number) {
  yield* asyncio.sleep(arrival);
  console.log(`${name} rings`);
  yield* host.busyWith(`welcoming ${name}`, 0.25);
}

/** Gets everything ready, and ends when all of it is. */
export function* main() {
  const loop = asyncio.getRunningLoop();
  const start = loop.time();
  const host = new Host();

  yield* asyncio.asyncWith(new asyncio.TaskGroup(), function* (group) {
    group.createTask(food(host));
    group.createTask(host.busyWith("mixing the drinks", 0.5));
    group.createTask(host.busyWith("choosing the music", 0.25));
    group.createTask(guest(host, "Anna", 0.5));
    group.createTask(guest(host, "Boris", 1));
  });

  console.log(`the party is on after ${(loop.time() - start).toFixed(2)} s`);
}

if (realpathSync(process.argv[1] ?? "") === import.meta.filename) {
  await asyncio.run(main());
}
