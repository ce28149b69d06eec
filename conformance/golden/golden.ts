/** Programs with the traces that CPython gave them: what the test run compares tsyncio with. */
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { packageFolder } from "../package-folder.js";
import type { Program } from "../program/program.js";

/** One program and what it did on CPython; `trace` is the lines, joined. */
export interface Golden {
  readonly name: string;
  readonly program: Program;
  readonly trace: string;
}

interface GoldenFile {
  readonly cpython: string;
  readonly programs: readonly Golden[];
}

const FOLDER = `${packageFolder()}/fixtures`;

/** The recorded programs, by file. */
export function readGoldens(): ReadonlyMap<string, readonly Golden[]> {
  const files = readdirSync(FOLDER).filter((name) => name.endsWith(".json"));
  return new Map(
    files.toSorted().map((name) => {
      const file = JSON.parse(readFileSync(`${FOLDER}/${name}`, "utf8")) as GoldenFile;
      return [name.replace(".json", ""), file.programs];
    }),
  );
}

/** Writes one file, one line a program; returns its size in bytes. */
export function writeGoldens(name: string, cpython: string, programs: readonly Golden[]): number {
  const lines = programs.map((golden) => JSON.stringify(golden));
  const text = `{"cpython":${JSON.stringify(cpython)},"programs":[\n${lines.join(",\n")}\n]}\n`;
  writeFileSync(`${FOLDER}/${name}.json`, text);
  return text.length;
}
