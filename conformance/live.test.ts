import { expect, it } from "vitest";
import { report } from "./compare/report.js";
import { loadOracle } from "./oracle/oracle.js";
import { runSession } from "./session.js";

const stress = process.env["STRESS"] === "1";
const programs = stress ? 10_000 : 400;
const seed = Number(process.env["CONFORMANCE_SEED"] ?? 1);

it(`${programs} random programs of seed ${seed} leave the trace they leave on CPython`, async () => {
  const oracle = await loadOracle();
  const tally = runSession(oracle, { programs, seed, shrinkLimit: 5 });
  const reports = [...tally.classes].map(([key, { example, seeds }]) => {
    return `${key}, seeds ${seeds.join(", ")}\n${report(example)}`;
  });
  expect(reports.join("\n\n")).toBe("");
  expect(tally.equal).toBe(tally.compared);
  expect(tally.compared).toBeGreaterThan(programs * 0.9);
});
