/**
 * The alarm clock: it was set to 8:30, so the sleeper neither watches the clock nor thinks of it. A
 * wait costs nothing, and what goes on meanwhile, his dreams, is cancelled when the alarm rings.
 */

import { realpathSync } from "node:fs";
import * as asyncio from "tsyncio";

/** How many seconds an hour of this night takes. */
const HOUR = 0.25;

const DREAMS = ["flying", "the sea", "an exam", "the first snow", "a talking cat", "an old house"];

function* alarm(hours: number) {
  yield* asyncio.sleep(hours * HOUR);
  console.log("8:30: Jingle Bells!");
}

function* dream() {
  for (const subject of DREAMS) {
    console.log(`dreaming of ${subject}`);
    try {
      yield* asyncio.sleep(2 * HOUR);
    } catch (error) {
      if (asyncio.isCancelled(error)) console.log(`the dream of ${subject} is over`);
      throw error;
    }
  }
}

/** Sleeps from 23:00 until the alarm rings. */
export function* main() {
  console.log("23:00: good night");
  const ringing = asyncio.createTask(alarm(9.5));
  const dreaming = asyncio.createTask(dream());

  yield* ringing;
  dreaming.cancel();
  yield* asyncio.wait([dreaming]);
  console.log("awake, without one look at the clock");
}

if (realpathSync(process.argv[1] ?? "") === import.meta.filename) {
  await asyncio.run(main());
}
