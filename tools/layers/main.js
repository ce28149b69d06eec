/**
 * `npm run layers` checks the sources and ARCHITECTURE.md against layers.json;
 * `npm run layers -- --write` rewrites the table in ARCHITECTURE.md first.
 */

import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { readFiles, readJson, root } from "../source/files.js";
import { checkLayers } from "./check.js";
import { replaceTable, tableOf } from "./table.js";

const ARCHITECTURE = join(root, "ARCHITECTURE.md");

/** @type {import("./check.js").Layers} */
const layers = readJson("layers.json");
const paths = layers.packages
  .map((rule) => rule.path)
  .filter((path) => existsSync(join(root, path)));
const manifests = new Map(paths.map((path) => [path, readJson(`${path}/package.json`)]));
const files = readFiles(paths, (path) => /\.[cm]?[jt]s$/.test(path));

const { offences, modules } = checkLayers(layers, files, manifests);
const table = tableOf(layers, (path) => {
  const manifest = manifests.get(path);
  return manifest === undefined || manifest.private === true ? "private" : `\`${manifest.name}\``;
});
offences.push(...checkTable());

for (const offence of offences) console.error(offence);
if (offences.length > 0) process.exitCode = 1;
console.log(`${modules} modules, ${offences.length} offences`);

function checkTable() {
  const text = existsSync(ARCHITECTURE) ? readFileSync(ARCHITECTURE, "utf8") : "";
  const wanted = replaceTable(text, table);
  if (wanted === undefined) return ["ARCHITECTURE.md: the markers of the layers table are missing"];
  if (wanted === text) return [];
  if (!process.argv.includes("--write")) {
    return ["ARCHITECTURE.md: the layers table is out of date; run npm run layers -- --write"];
  }
  writeFileSync(ARCHITECTURE, wanted);
  return [];
}
