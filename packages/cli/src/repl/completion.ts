/** What Tab offers: the globals, and the properties of what a chain of names leads to. */

const KEYWORDS = (
  "async await break case catch class const continue debugger default delete do else export extends " +
  "false finally for function if import in instanceof interface let new null of return switch this " +
  "throw true try type typeof undefined using var void while yield"
).split(" ");

const CHAIN =
  /(?:^|[^\w$.])((?:[\p{ID_Start}$_][\p{ID_Continue}$]*\.)*)([\p{ID_Start}$_][\p{ID_Continue}$]*)?$/u;

/** The completions of a line, and the part of it that they replace, as Node's readline takes them. */
export function complete(line: string): [completions: string[], part: string] {
  const [, path, part = ""] = CHAIN.exec(line) ?? [];
  if (path === undefined) return [[], line];
  if (path === "") {
    const names = [...namesOf(globalThis), ...KEYWORDS].filter((name) => name.startsWith(part));
    return [part === "" ? [] : unique(names), part];
  }
  let value: unknown = globalThis;
  for (const name of path.split(".").slice(0, -1)) {
    value = propertyOf(value, name);
    if (value === undefined || value === null) return [[], line];
  }
  const names = namesOf(Object(value)).filter((name) => name.startsWith(part));
  return [unique(names).map((name) => `${path}${name}`), `${path}${part}`];
}

/** The property's value, but for those that would have to be computed. */
function propertyOf(target: unknown, name: string): unknown {
  for (let object: unknown = Object(target); object; object = Object.getPrototypeOf(object)) {
    const property = Object.getOwnPropertyDescriptor(object, name);
    if (property !== undefined) return property.value;
  }
  return undefined;
}

function namesOf(object: object): string[] {
  const names: string[] = [];
  for (let one: object | null = object; one !== null; one = Object.getPrototypeOf(one)) {
    if (one === Object.prototype && object !== globalThis && names.length > 0) break;
    names.push(...Object.getOwnPropertyNames(one));
  }
  return names.filter((name) => /^[\p{ID_Start}$_][\p{ID_Continue}$]*$/u.test(name));
}

function unique(names: readonly string[]): string[] {
  return [...new Set(names)].sort();
}
