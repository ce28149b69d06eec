/**
 * docs/api-map.md: it names everything that CPython 3.14 has (recorded by fixtures/asyncio-names.py)
 * and everything that this package exports, and nothing that is not there.
 */

import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";

interface Row {
  readonly section: string;
  /** The names in the first cell. */
  readonly python: readonly string[];
  /** The second cell. */
  readonly here: string;
  /** The names in it. */
  readonly names: readonly string[];
}

const FOLDER = import.meta.dirname;
const SOURCES = `${FOLDER}/../src`;
const ENTRIES = ["index.ts", "testing.ts", "coroutine.ts", "node.ts"];
/** Tables of other packages. */
const OTHERS = new Map([
  ["concurrent.futures", "workers"],
  ["The web", "http"],
]);
/** Tables whose first column holds no recorded names. */
const BESIDE_ASYNCIO = new Set(["The language", "Only here", ...OTHERS.keys()]);
const NOT_A_NAME = new Set(["function*", "yield* x", "Symbol.asyncIterator"]);

const rows = rowsOf(readFileSync(`${FOLDER}/../../../docs/api-map.md`, "utf8"));
const recorded = recordedNames();
const modules = exportedNames(SOURCES, ENTRIES);

describe("docs/api-map.md", () => {
  it("has every name of CPython 3.14 once", () => {
    const named = rows.filter(({ section }) => !BESIDE_ASYNCIO.has(section));
    const names = named.flatMap(({ python }) => python);
    expect(recorded.length).toBeGreaterThan(300);
    expect(names.sort()).toEqual(recorded.sort());
  });

  it("says for each of them what it is here, or that it is not", () => {
    const words = /^(none|comes with `(tsyncio\/node|@tsyncio\/workers|tsyncio run)`)$/;
    const unclear = rows.filter(({ here, names }) => names.length === 0 && !words.test(here));
    expect(unclear).toEqual([]);
  });

  it("names nothing that the package does not export, and no member that is not there", () => {
    const own = rows.filter(({ section }) => !OTHERS.has(section));
    const names = own.flatMap((row) => row.names).filter((name) => !NOT_A_NAME.has(name));
    expect(names.filter((name) => !exists(name))).toEqual([]);
  });

  it.each([...OTHERS])("names nothing under %s that neither package has", (section, folder) => {
    const sources = `${FOLDER}/../../${folder}/src`;
    const there = exportedNames(sources, ["index.ts"]);
    const names = rows.flatMap((row) => (row.section === section ? row.names : []));
    expect(names.length).toBeGreaterThan(5);
    expect(names.filter((name) => !exists(name, there, sources) && !exists(name))).toEqual([]);
  });

  it("names everything that the package exports", () => {
    const own = rows.filter(({ section }) => !OTHERS.has(section));
    const names = new Set(own.flatMap((row) => row.names.map((name) => name.split(".")[0])));
    expect([...modules.keys()].filter((name) => !names.has(name))).toEqual([]);
  });
});

function rowsOf(page: string): Row[] {
  const rows: Row[] = [];
  let section = "";
  for (const line of page.split("\n")) {
    if (line.startsWith("## ")) section = line.slice(3);
    const [, python = "", here = ""] = /^\| (.*?) \| (.*?) \|/.exec(line) ?? [];
    if (here === "" || here === "tsyncio" || here === "---") continue;
    const isAbsent = /^(none|comes with)\b/.test(here);
    rows.push({
      section,
      python: namesIn(python).map((name) => name.replace(/^loop\./, "AbstractEventLoop.")),
      here,
      names: isAbsent ? [] : namesIn(here),
    });
  }
  return rows;
}

function namesIn(cell: string): string[] {
  return [...cell.matchAll(/`([^`]+)`/g)].map(([, name]) => name as string);
}

/** Python's names as the table writes them: those of other modules than asyncio with their module. */
function recordedNames(): string[] {
  const text = readFileSync(`${FOLDER}/fixtures/asyncio-names.json`, "utf8");
  const { python, ...lists } = JSON.parse(text) as { python: string } & Record<string, string[]>;
  expect(python).toMatch(/^3\.14\./);
  return Object.entries(lists).flatMap(([module, names]) => {
    const isBare = module === "asyncio" || module === "builtins";
    return isBare ? names : names.map((name) => `${module}.${name}`);
  });
}

/** What the entries export, types too, and the module each comes from. */
function exportedNames(sources: string, entries: readonly string[]): Map<string, string> {
  const names = new Map<string, string>();
  for (const entry of entries) {
    const text = readFileSync(`${sources}/${entry}`, "utf8");
    for (const [, list = "", from = ""] of text.matchAll(
      /^export (?:type )?\{([^}]*)\} from "\.\/(.*)\.js";$/gm,
    )) {
      for (const name of list.match(/\w+(?=\s*(?:,|$))/g) ?? []) names.set(name, `${from}.ts`);
    }
  }
  return names;
}

/** True for an exported name, and for a published member of an exported class or interface. */
function exists(name: string, among = modules, sources = SOURCES): boolean {
  const [owner = "", member] = name.split(".");
  const module = among.get(owner);
  if (module === undefined || member === undefined) return module !== undefined;
  return hasMember(`${sources}/${module}`, owner, member);
}

function hasMember(file: string, owner: string, member: string): boolean {
  const text = readFileSync(file, "utf8");
  const declaration = new RegExp(
    `^export (?:abstract )?(?:class|interface) ${owner}\\b([^{]*)\\{\\n(.*?)^\\}`,
    "ms",
  ).exec(text);
  if (declaration === null) throw new Error(`${owner} is not declared in ${file}`);
  const [, heritage = "", body = ""] = declaration;
  const found = new RegExp(
    `^  (?:override |declare |readonly |abstract |async |get |set |\\*)*${member}\\b[?!]?[<(:= ]`,
    "m",
  ).exec(body);
  if (found !== null) return !isInternal(body.slice(0, found.index));
  const base = /\bextends (\w+)/.exec(heritage)?.[1];
  if (base === undefined || base === "Error" || base === "AggregateError") return false;
  const from = new RegExp(`^import[^;]*\\b${base}\\b[^;]* from "(.*)\\.js"`, "m").exec(text)?.[1];
  const baseFile = from === undefined ? file : new URL(`${from}.ts`, `file://${file}`).pathname;
  return hasMember(baseFile, base, member);
}

/** True when the doc comment at the end of `text` keeps what follows out of the published types. */
function isInternal(text: string): boolean {
  const comment = text.slice(text.lastIndexOf("/**"));
  return comment.trimEnd().endsWith("*/") && comment.includes("@internal");
}
