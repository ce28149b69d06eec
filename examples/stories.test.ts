import { expect, test } from "vitest";
import { main as alarmClock } from "./stories/alarm-clock.gen.js";
import { main as cashier } from "./stories/cashier.gen.js";
import { main as party } from "./stories/party.gen.js";
import { transcriptOf } from "./testing/transcript.js";

test("alarm-clock cancels the dream that is going on at 8:30", () => {
  const { lines, seconds } = transcriptOf(alarmClock);
  expect(lines).toEqual([
    "23:00: good night",
    "dreaming of flying",
    "dreaming of the sea",
    "dreaming of an exam",
    "dreaming of the first snow",
    "dreaming of a talking cat",
    "8:30: Jingle Bells!",
    "the dream of a talking cat is over",
    "awake, without one look at the clock",
  ]);
  expect(seconds).toBe(9.5 / 4);
});

test("cashier serves in half the time when the kitchen cooks while he listens", () => {
  const { lines, seconds } = transcriptOf(cashier);
  const middle = lines.indexOf("alone: 3.0 s") + 1;
  expect(lines.slice(0, 4)).toEqual([
    "alone:",
    "Anna is choosing",
    "Anna's order is on the grill",
    "Anna is served",
  ]);
  expect(lines.slice(middle)).toEqual([
    "with a kitchen:",
    "Anna is choosing",
    "Boris is choosing",
    "Anna's order is on the grill",
    "Vera is choosing",
    "Boris's order is on the grill",
    "Anna is served",
    "Gleb is choosing",
    "Vera's order is on the grill",
    "Boris is served",
    "Gleb's order is on the grill",
    "Vera is served",
    "Gleb is served",
    "with a kitchen: 1.5 s",
  ]);
  expect(seconds).toBe(3 + 1.5);
});

test("party is on as soon as one pair of hands can have it, the water boiling by itself", () => {
  const { lines, seconds } = transcriptOf(party);
  expect(lines).toEqual([
    "chopping the vegetables",
    "the water is on",
    "mixing the drinks",
    "Anna rings",
    "choosing the music",
    "Boris rings",
    "welcoming Anna",
    "the water boils",
    "welcoming Boris",
    "cooking the pasta",
    "the party is on after 1.75 s",
  ]);
  expect(seconds).toBe(1.75);
});
