/**
 * What a doc comment must hold. Every published declaration, and every public method and accessor
 * of a published class or interface, has one, whose first paragraph is a sentence. What waits says
 * in a paragraph that begins with `**Cancellation:**` what is lost when the wait is cancelled.
 *
 * A function waits when it is a generator or its declared result is something to await. One that
 * returns such a thing without waiting for it (`createFuture`) says so: "Does not wait.". The
 * methods `enter` and `exit` of a context manager share the paragraph of their class. A member that
 * a documented member of a superclass or an interface stands for needs no comment of its own.
 */

import { lineOf, walk } from "../source/parse.js";

/** @typedef {import("../source/parse.js").Node} Node */
/** @typedef {import("../source/parse.js").Module} Module */
/** @typedef {import("./exports.js").Declaration} Declaration */

/** Types whose values are awaited; the classes that extend them are found in the sources. */
const AWAITED = ["Waitable", "Coroutine", "Awaitable", "AnyAwaitable", "Promise", "PromiseLike"];

/** A task waits by itself: who starts one does not. */
const RUNNING = new Set(["Task"]);

/** How a comment says that the function returns what is awaited without waiting itself. */
const UNWAITING = /\b(Does not wait|Never waits|Never yields)\b/;

/** Names that every class may have and that mean the same everywhere. */
const COMMON = new Set(["toString", "toJSON", "then", "catch", "finally", "constructor"]);

/**
 * @typedef {object} Knowledge what the rules know of all the sources
 * @property {Set<string>} awaited the types whose values are awaited
 * @property {Map<string, Set<string>>} documented the members with a comment, by class or interface
 * @property {Map<string, string[]>} parents the superclass and the interfaces of each of these
 */

/**
 * Reads from the sources which types are awaited and what their members inherit.
 * @param {import("./exports.js").Sources} sources
 * @returns {Knowledge}
 */
export function knowledgeOf(sources) {
  /** @type {Knowledge} */
  const known = { awaited: new Set(AWAITED), documented: new Map(), parents: new Map() };
  for (const path of sources.paths) {
    const module = sources.module(path);
    walk(module.program, (node) => {
      if (!/^(ClassDeclaration|TSInterfaceDeclaration)$/.test(node.type)) return;
      const name = node["id"].name;
      const members = membersOf(node).filter((member) => docBefore(module, member) !== "");
      known.documented.set(name, new Set(members.map((member) => member["key"].name)));
      const above = [...(node["implements"] ?? []), ...(node["extends"] ?? [])];
      const expressions = [node["superClass"], ...above.map((one) => one.expression)];
      known.parents.set(
        name,
        expressions.flatMap((one) => one?.name ?? []),
      );
    });
  }
  for (let size = -1; size !== known.awaited.size; ) {
    size = known.awaited.size;
    for (const [name, parents] of known.parents) {
      const isAwaited = parents.some((parent) => known.awaited.has(parent));
      if (isAwaited && !RUNNING.has(name)) known.awaited.add(name);
    }
  }
  return known;
}

/**
 * True when a type above `name` documents the member.
 * @param {Knowledge} known
 * @param {string} name
 * @param {string} member
 * @returns {boolean}
 */
function inherits(known, name, member) {
  const parents = known.parents.get(name) ?? [];
  return parents.some(
    (parent) =>
      known.documented.get(parent)?.has(member) === true || inherits(known, parent, member),
  );
}

/**
 * What is missing in the doc comments of a declaration, as `file:line name: what` lines.
 * @param {Declaration} declaration
 * @param {Knowledge} known
 * @returns {string[]}
 */
export function missingOf({ name, module, nodes }, known) {
  const comment = nodes.map((node) => docBefore(module, node)).join("\n");
  if (/@internal\b/.test(comment)) return [at(module, nodes[0], name, "it is @internal")];
  const bodies = nodes.map((node) => node["declaration"] ?? node);
  const isWait = bodies.some((body) => waits(body, known.awaited));
  const missing = faultsOf(comment, isWait).map((what) => at(module, nodes[0], name, what));
  const shared = /\*\*Cancellation:\*\*/.test(comment);
  for (const body of bodies) missing.push(...missingOfMembers(module, body, name, known, shared));
  return missing;
}

/**
 * @param {Module} module
 * @param {Node} body
 * @param {string} name
 * @param {Knowledge} known
 * @param {boolean} shared the comment of the whole has the paragraph on cancellation
 */
function missingOfMembers(module, body, name, known, shared) {
  /** @type {Map<string, { node: Node, comment: string, isWait: boolean }>} */
  const members = new Map();
  for (const node of membersOf(body)) {
    const key = node["key"].name;
    const member = members.get(key) ?? { node, comment: "", isWait: false };
    member.comment += `\n${docBefore(module, node)}`;
    member.isWait ||= waits(node["value"] ?? node, known.awaited);
    members.set(key, member);
  }
  /** @type {string[]} */
  const missing = [];
  for (const [key, { node, comment, isWait }] of members) {
    if (/@internal\b/.test(comment)) continue;
    if (comment.trim() === "" && inherits(known, name, key)) continue;
    const exempt = shared && (key === "enter" || key === "exit");
    for (const what of faultsOf(comment, isWait && !exempt)) {
      missing.push(at(module, node, `${name}.${key}`, what));
    }
  }
  return missing;
}

/** @param {string} comment @param {boolean} isWait */
function faultsOf(comment, isWait) {
  const text = comment.replace(/[^\S\n]*\n[^\S\n]*(?:\*(?!\*))?[^\S\n]?/g, "\n").trim();
  if (text === "") return ["doc comment"];
  const faults = [];
  const [first = ""] = text.replace(/^@internal\s*/, "").split(/\n\n|\n@/);
  if (first.startsWith("@") || !/[.!?:]\s*$/.test(first)) faults.push("first sentence");
  if (isWait && !/(^|\n)\*\*Cancellation:\*\*/.test(text) && !UNWAITING.test(text)) {
    faults.push("**Cancellation:** paragraph");
  }
  return faults;
}

/** The methods and accessors that a user of a class or an interface sees. */
/** @param {Node} body @returns {Node[]} */
function membersOf(body) {
  /** @type {Node[]} */
  const members = body["body"]?.body ?? [];
  return members.filter((node) => {
    const kind = /^(MethodDefinition|TSAbstractMethodDefinition|TSMethodSignature)$/;
    return (
      kind.test(node.type) &&
      !node["computed"] &&
      node["key"].type === "Identifier" &&
      !COMMON.has(node["key"].name) &&
      !["private", "protected"].includes(node["accessibility"]) &&
      node["override"] !== true
    );
  });
}

/** @param {Node} node a function of any form @param {Set<string>} awaited */
function waits(node, awaited) {
  if (node.type === "VariableDeclaration") {
    return node["declarations"].some((/** @type {Node} */ one) =>
      waits(one["init"] ?? one, awaited),
    );
  }
  if (node["generator"] === true) return true;
  const result = node["returnType"]?.typeAnnotation;
  return result !== undefined && mentionsAwaited(result, awaited);
}

/**
 * True for `Future<T>`, `Future<T> | null` and `Generator<Suspension, T>`, not for `(f: Future) => void`.
 * @param {Node} type
 * @param {Set<string>} awaited
 * @returns {boolean}
 */
function mentionsAwaited(type, awaited) {
  if (type.type === "TSUnionType" || type.type === "TSIntersectionType") {
    return type["types"].some((/** @type {Node} */ one) => mentionsAwaited(one, awaited));
  }
  if (type.type !== "TSTypeReference") return false;
  const name = type["typeName"].name ?? type["typeName"].right?.name;
  if (awaited.has(name)) return true;
  const [first] = type["typeArguments"]?.params ?? [];
  return name === "Generator" && first?.typeName?.name === "Suspension";
}

/**
 * The text of the doc comment before a node, without its stars; empty where there is none.
 * @param {Module} module
 * @param {Node} node
 */
export function docBefore(module, node) {
  let end = node.start;
  for (const comment of [...module.comments].reverse()) {
    if (comment.end > end) continue;
    if (module.text.slice(comment.end, end).trim() !== "") break;
    if (comment.type === "Block" && comment.value.startsWith("*")) return comment.value.slice(1);
    end = comment.start;
  }
  return "";
}

/** @param {Module} module @param {Node | undefined} node @param {string} name @param {string} what */
function at(module, node, name, what) {
  return `${module.path}:${lineOf(module.text, node?.start ?? 0)} ${name}: ${what}`;
}
