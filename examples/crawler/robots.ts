/** What a site wants robots to leave alone: robots.txt, as RFC 9309 has it. */

interface Rule {
  readonly allow: boolean;
  readonly length: number;
  readonly pattern: RegExp;
}

/** The rules of a site for one robot. */
export class Robots {
  readonly #rules: readonly Rule[];

  private constructor(rules: readonly Rule[]) {
    this.#rules = rules;
  }

  /** Reads a file: the groups that name `agent`, or, where none does, those for everybody. */
  static parse(text: string, agent: string): Robots {
    const own: Rule[] = [];
    const general: Rule[] = [];
    let named = false;
    let targets = new Set<Rule[]>();
    let inRules = true;
    for (const line of text.split(/\r?\n/)) {
      const [, key = "", value = ""] = /^\s*([\w-]+)\s*:\s*([^#]*?)\s*(?:#.*)?$/.exec(line) ?? [];
      switch (key.toLowerCase()) {
        case "user-agent":
          // Several names in a row share the rules that follow.
          if (inRules) targets = new Set();
          inRules = false;
          if (value === "*") targets.add(general);
          if (value.toLowerCase() === agent.toLowerCase()) targets.add(own);
          named ||= targets.has(own);
          break;
        case "allow":
        case "disallow":
          inRules = true;
          if (value === "") break;
          for (const rules of targets) rules.push(toRule(key.toLowerCase() === "allow", value));
      }
    }
    return new Robots(named ? own : general);
  }

  /** True when the path may be asked for: the longest rule that fits decides. */
  allows(path: string): boolean {
    let best: Rule | undefined;
    for (const rule of this.#rules) {
      if (!rule.pattern.test(path)) continue;
      const length = best?.length ?? -1;
      if (rule.length > length || (rule.length === length && rule.allow)) best = rule;
    }
    return best?.allow ?? true;
  }
}

/** `*` stands for anything, `$` at the end for the end. */
function toRule(allow: boolean, path: string): Rule {
  const body = path
    .replace(/\$$/, "")
    .split(/\*+/)
    .map((part) => part.replace(/[.*+?^${}()|[\]\\]/g, "\\$&"))
    .join(".*");
  const pattern = new RegExp(`^${body}${path.endsWith("$") ? "$" : ""}`);
  return { allow, length: path.length, pattern };
}
