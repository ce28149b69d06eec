/** The table of layers in ARCHITECTURE.md, between its two markers, made from layers.json. */

/** @typedef {import("./check.js").Layers} Layers */

const START = "<!-- layers -->";
const END = "<!-- /layers -->";

/**
 * The tables as Markdown: the packages, then the folders of each that has layers.
 * @param {Layers} layers
 * @param {(path: string) => string} nameOf the published name of a package, its path if private
 */
export function tableOf(layers, nameOf) {
  const packages = layers.packages.map((rule) => {
    const may = rule.mayImport.includes("*") ? ["published entry points only"] : rule.mayImport;
    return [`\`${rule.path}\``, nameOf(rule.path), rule.holds, may.join(", ") || "nothing"];
  });
  const parts = [markdown(["path", "package", "holds", "may import"], packages)];
  for (const rule of layers.packages) {
    if (rule.layers === undefined) continue;
    const rows = rule.layers.map(({ folder, holds }, level, all) => {
      const below = all.slice(0, level).map((layer) => layer.folder);
      return [`\`${folder}/\``, holds, below.join(", ") || "nothing"];
    });
    const entries = Object.keys(rule.entries ?? {}).map((name) => `\`${name}\``);
    rows.push([entries.join(", "), "the published entries: named re-exports only", "all of these"]);
    parts.push(`Inside \`${rule.path}/src\`, from the bottom up:`);
    parts.push(markdown(["folder", "holds", "may import"], rows));
  }
  return parts.join("\n\n");
}

/** @param {string[]} head @param {string[][]} rows */
function markdown(head, rows) {
  const lines = [head, head.map(() => "---"), ...rows];
  return lines.map((cells) => `| ${cells.join(" | ")} |`).join("\n");
}

/**
 * The text with the table between its markers replaced; `undefined` where the markers are missing.
 * @param {string} text
 * @param {string} table
 */
export function replaceTable(text, table) {
  const start = text.indexOf(START);
  const end = text.indexOf(END);
  if (start === -1 || end < start) return undefined;
  return `${text.slice(0, start + START.length)}\n${table}\n${text.slice(end)}`;
}
