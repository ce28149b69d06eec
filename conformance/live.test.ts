import { expect, it } from "vitest";
import { report } from "./compare/report.js";
import { loadOracle } from "./oracle/oracle.js";
import { runSession } from "./session.js";

const stress = process.env["STRESS"] === "1";
const seed = Number(process.env["CONFORMANCE_SEED"] ?? 1);
const oracle = await loadOracle();

it.each([
  { form: "generator", programs: stress ? 10_000 : 400 },
  { form: "async", programs: stress ? 10_000 : 150 },
] as const)(
  `$programs random programs of seed ${seed} leave CPython's trace, $form form`,
  ({ form, programs }) => {
    const tally = runSession(oracle, { programs, seed, form, shrinkLimit: 5 });
    const reports = [...tally.classes].map(([key, { example, seeds }]) => {
      return `${key}, seeds ${seeds.join(", ")}\n${report(example)}`;
    });
    expect(reports.join("\n\n")).toBe("");
    expect(tally.equal).toBe(tally.compared);
    expect(tally.compared).toBeGreaterThan(programs * 0.9);
  },
);
