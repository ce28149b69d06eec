/** `npm start`, as the process it is; the programs are those that the build left in `dist`. */

import { readdirSync, readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { programs } from "./catalogue.js";
import { startChild } from "./testing/child-program.js";

describe.concurrent("start", () => {
  test("runs left-behind when nothing is named", async () => {
    const { lines, ...ending } = await startChild([]);
    expect(ending).toMatchObject({ code: 0, errors: "" });
    expect(lines.slice(0, 3)).toEqual(["2 -- started", "1 -- started", "1 -- finished"]);
    expect(lines[3]).toMatch(/^Ended with 1\.\d+$/);
    expect(lines).toHaveLength(4);
  });

  test("runs the program that is named", async () => {
    const { lines, code } = await startChild(["party"]);
    expect(code).toBe(0);
    expect(lines[0]).toBe("chopping the vegetables");
    expect(lines.at(-1)).toMatch(/^the party is on after/);
  });

  test("--list names every program with a line about it", async () => {
    const { lines, ...ending } = await startChild(["--list"]);
    expect(ending).toMatchObject({ code: 0, errors: "" });
    expect(lines.map((line) => line.trim().split(/\s{2,}/))).toEqual(
      programs.map(({ name, about }) => [name, about]),
    );
  });

  test("refuses a name that it does not know with the list and code 2", async () => {
    const { lines, errors, code } = await startChild(["left-behin"]);
    expect(code).toBe(2);
    expect(lines).toEqual([]);
    expect(errors).toContain("Cannot start left-behin: there is no such program; there are\n");
    for (const { name } of programs) expect(errors).toContain(`  ${name} `);
  });
});

describe("programs", () => {
  test("are all that the folders hold, each named once", () => {
    const files = readdirSync(import.meta.dirname, { recursive: true, encoding: "utf8" })
      .filter((file) => file.endsWith(".gen.ts") && !/^(dist|node_modules)\//.test(file))
      .map((file) => file.replace(/ts$/, "js"));
    expect(programs.map((program) => program.file).sort()).toEqual(files.sort());
    expect(new Set(programs.map((program) => program.name)).size).toBe(programs.length);
  });

  test("are in the tables of the documentation, except for the small ones", () => {
    for (const page of ["README.md", "../docs/examples.md"]) {
      const text = readFileSync(new URL(page, import.meta.url), "utf8");
      for (const { name, file } of programs) {
        if (!/^(seeds|stories)\//.test(file)) expect(text).toContain(`\`${name}`);
      }
    }
  });

  test("have one line about them that fits beside their name", () => {
    for (const { name, about } of programs) expect(`${name}${about}`).toMatch(/^.{10,100}$/);
  });
});
