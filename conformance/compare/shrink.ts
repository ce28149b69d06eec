/**
 * Makes a program smaller while it still shows what is looked for: delta debugging on the program's
 * tree. An operation that names a slot nothing fills does nothing, so every edit gives a
 * program that runs.
 */
import type { Program } from "../program/program.js";

type Json = null | boolean | number | string | Json[] | { [key: string]: Json };
type Node = { [key: string]: Json };
type Edit = (root: Json) => void;

/** Gives the first of the candidates that still shows what is looked for, with what it showed. */
export type FirstShowing<T> = (candidates: readonly Program[]) => T | undefined;

const BLOCKS = ["body", "handler", "finally", "else", "steps"] as const;
const OPTIONAL = [
  "finally",
  "else",
  "msg",
  "name",
  "eager",
  "context",
  "value",
  "collect",
  "keep",
  "limit",
  "when",
  "group",
  "absolute",
  "default",
  "lock",
] as const;
const NUMBERS = ["delay", "timeout", "times", "value", "maxsize", "parties", "at", "by"] as const;
const BATCH = 25;

/** The smallest program found that still shows something, with what it shows. */
export function shrink<T extends { readonly program: Program }>(
  shown: T,
  firstShowing: FirstShowing<T>,
): T {
  let smallest = shown;
  for (let found: T | undefined = smallest; found !== undefined; ) {
    found = smaller(smallest.program, firstShowing);
    if (found !== undefined) smallest = found;
  }
  return smallest;
}

function smaller<T>(program: Program, firstShowing: FirstShowing<T>): T | undefined {
  let batch: Program[] = [];
  for (const edit of edits(program as unknown as Node)) {
    const root = structuredClone(program) as unknown as Json;
    edit(root);
    batch.push(root as unknown as Program);
    if (batch.length < BATCH) continue;
    const found = firstShowing(batch);
    if (found !== undefined) return found;
    batch = [];
  }
  return batch.length > 0 ? firstShowing(batch) : undefined;
}

/** Every edit of a program, the ones that take most away first. */
function* edits(program: Node): Generator<Edit> {
  const bodies = program["bodies"] as Node;
  for (const name of Object.keys(bodies)) {
    if (name !== "main") yield (root) => delete ((root as Node)["bodies"] as Node)[name];
  }
  const lists = [...blocksIn(bodies)];
  for (const chunk of [8, 4, 2, 1]) {
    for (const path of lists) yield* removals(bodies, path, chunk);
  }
  for (const path of lists) yield* unwrappings(bodies, path);
  yield* simplifications(bodies, []);
}

type Path = readonly (string | number)[];

function at(node: Json, path: Path): Json {
  let here = node;
  for (const key of path) here = (here as Node)[key] as Json;
  return here;
}

function inBodies(root: Json, path: Path): Json {
  return at((root as Node)["bodies"] as Json, path);
}

/** The paths of all blocks, outer ones first. */
function* blocksIn(node: Json, path: Path = []): Generator<Path> {
  if (Array.isArray(node)) {
    const last = path.at(-1);
    const isBlock = path.length === 1 || (BLOCKS as readonly unknown[]).includes(last);
    if (isBlock) yield path;
    for (const [i, item] of node.entries()) yield* blocksIn(item, [...path, i]);
  } else if (node !== null && typeof node === "object") {
    for (const [key, item] of Object.entries(node)) yield* blocksIn(item, [...path, key]);
  }
}

function* removals(bodies: Node, path: Path, chunk: number): Generator<Edit> {
  const { length } = at(bodies, path) as Json[];
  if (chunk > 1 && length < chunk) return;
  for (let i = 0; i < length; i += chunk) {
    yield (root) => (inBodies(root, path) as Json[]).splice(i, chunk);
  }
}

/** Puts the blocks of an operation in its place. */
function* unwrappings(bodies: Node, path: Path): Generator<Edit> {
  for (const [i, item] of (at(bodies, path) as Node[]).entries()) {
    for (const key of BLOCKS) {
      if (!Array.isArray(item[key]) || key === "steps") continue;
      yield (root) => {
        const block = inBodies(root, path) as Node[];
        block.splice(i, 1, ...((block[i] as Node)[key] as Node[]));
      };
    }
  }
}

/** Simpler awaitables, fewer arguments and options, rounder numbers. */
function* simplifications(node: Json, path: Path, parent?: Node): Generator<Edit> {
  if (Array.isArray(node)) {
    if (path.at(-1) === "of" && node.length > 1) {
      for (const i of node.keys()) yield (root) => (inBodies(root, path) as Json[]).splice(i, 1);
    }
    for (const [i, item] of node.entries()) yield* simplifications(item, [...path, i]);
    return;
  }
  if (node === null || typeof node !== "object") return;
  if ("aw" in node) yield* simplerAwaitables(node, path, parent?.["op"]);
  for (const key of OPTIONAL) {
    const required = key === "msg" ? node["op"] !== "cancel" : key === "value" && "is" in node;
    if (key in node && !required) yield (root) => delete (inBodies(root, path) as Node)[key];
  }
  for (const key of NUMBERS) {
    const value = node[key];
    for (const rounder of value === 0 ? [] : [0, 1]) {
      if (
        typeof value !== "number" ||
        Math.abs(value) <= rounder ||
        (key === "parties" && rounder === 0)
      ) {
        continue;
      }
      yield (root) => {
        (inBodies(root, path) as Node)[key] = rounder;
      };
    }
  }
  for (const [key, item] of Object.entries(node)) {
    yield* simplifications(item, [...path, key], node);
  }
}

function* simplerAwaitables(node: Node, path: Path, use: Json | undefined): Generator<Edit> {
  // What a `let` keeps has to stay a future: other operations use it as one.
  if (use === "let") return;
  const replacements: Json[] = [];
  const of = node["of"];
  if (Array.isArray(of)) replacements.push(...of);
  else if (of !== undefined) replacements.push(of);
  if (node["aw"] !== "sleep") {
    replacements.push({ aw: "sleep", delay: 0 }, { aw: "sleep", delay: 1 });
  }
  for (const replacement of replacements) {
    // Only coroutines become tasks.
    if (use === "spawn" && (replacement as Node)["aw"] === "ref") continue;
    yield (root) => {
      const parent = inBodies(root, path.slice(0, -1)) as Node;
      parent[path.at(-1) as string] = structuredClone(replacement);
    };
  }
}
