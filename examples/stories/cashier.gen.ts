/**
 * The till of a fast-food restaurant. Alone, the cashier takes an order, cooks it and only then
 * listens to the next customer. With a kitchen, orders go into a queue, and while they are cooked
 * the next customer can take his time to choose: half the time in all.
 */

import { realpathSync } from "node:fs";
import * as asyncio from "tsyncio";

const CUSTOMERS = ["Anna", "Boris", "Vera", "Gleb"];
const COOKS = 2;

function* takeOrder(customer: string) {
  console.log(`${customer} is choosing`);
  yield* asyncio.sleep(0.25);
}

function* cook(customer: string) {
  console.log(`${customer}'s order is on the grill`);
  yield* asyncio.sleep(0.5);
  console.log(`${customer} is served`);
}

function* alone() {
  for (const customer of CUSTOMERS) {
    yield* takeOrder(customer);
    yield* cook(customer);
  }
}

function* withKitchen() {
  const orders = new asyncio.Queue<string>();
  yield* asyncio.asyncWith(new asyncio.TaskGroup(), function* (group) {
    for (let n = 1; n <= COOKS; n++) group.createTask(kitchen(orders), { name: `cook ${n}` });
    for (const customer of CUSTOMERS) {
      yield* takeOrder(customer);
      yield* orders.put(customer);
    }
    // What is in the queue is still cooked; the cooks go home after that, and the group ends.
    orders.shutdown();
  });
}

function* kitchen(orders: asyncio.Queue<string>) {
  try {
    for (;;) yield* cook(yield* orders.get());
  } catch (error) {
    if (!(error instanceof asyncio.QueueShutDown)) throw error;
  }
}

function* timed(title: string, work: asyncio.Coroutine<void>) {
  console.log(`${title}:`);
  const loop = asyncio.getRunningLoop();
  const start = loop.time();
  yield* work;
  console.log(`${title}: ${(loop.time() - start).toFixed(1)} s`);
}

/** Serves the same customers both ways. */
export function* main() {
  yield* timed("alone", alone());
  yield* timed("with a kitchen", withKitchen());
}

if (realpathSync(process.argv[1] ?? "") === import.meta.filename) {
  await asyncio.run(main());
}
