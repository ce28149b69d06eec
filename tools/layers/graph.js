/**
 * Who imports whom, and where that goes round in a circle.
 */

/**
 * @typedef {object} Edge
 * @property {string} from
 * @property {string} to
 * @property {number} line
 * @property {boolean} typeOnly
 */

/**
 * The groups of modules that import each other in a circle, each in alphabetical order.
 * @param {Iterable<string>} modules
 * @param {Edge[]} edges
 * @returns {string[][]}
 */
export function cyclesOf(modules, edges) {
  /** @type {Map<string, string[]>} */
  const next = new Map();
  for (const module of modules) next.set(module, []);
  for (const edge of edges) next.get(edge.from)?.push(edge.to);
  return new Search(next).components.filter(
    (component) =>
      component.length > 1 ||
      edges.some((edge) => edge.from === edge.to && edge.from === component[0]),
  );
}

/** Tarjan's search for strongly connected components. */
class Search {
  /** @type {string[][]} */
  components = [];
  /** @type {Map<string, { order: number, low: number, open: boolean }>} */
  #marks = new Map();
  /** @type {string[]} */
  #stack = [];

  /** @param {Map<string, string[]>} next */
  constructor(next) {
    for (const module of next.keys()) if (!this.#marks.has(module)) this.#visit(module, next);
  }

  /** @param {string} module @param {Map<string, string[]>} next */
  #visit(module, next) {
    const mark = { order: this.#marks.size, low: this.#marks.size, open: true };
    this.#marks.set(module, mark);
    this.#stack.push(module);
    for (const target of next.get(module) ?? []) {
      const seen = this.#marks.get(target);
      if (seen === undefined) mark.low = Math.min(mark.low, this.#visit(target, next).low);
      else if (seen.open) mark.low = Math.min(mark.low, seen.order);
    }
    if (mark.low === mark.order) this.#close(module);
    return mark;
  }

  /** @param {string} module */
  #close(module) {
    const component = this.#stack.splice(this.#stack.indexOf(module));
    for (const member of component) {
      const mark = this.#marks.get(member);
      if (mark !== undefined) mark.open = false;
    }
    this.components.push(component.sort());
  }
}

/**
 * Every module that is loaded when one of `starts` is, with the one that brought it in.
 * @param {string[]} starts
 * @param {Edge[]} edges
 * @returns {Map<string, string>}
 */
export function closureOf(starts, edges) {
  const reached = new Map(starts.map((start) => [start, start]));
  for (const module of reached.keys()) {
    for (const edge of edges) {
      if (edge.from === module && !reached.has(edge.to)) reached.set(edge.to, module);
    }
  }
  return reached;
}
