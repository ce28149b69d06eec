import { createRequire } from "node:module";
import type * as load from "./load.js";

const require = createRequire(import.meta.url);

/** As `loadFile`. The parser and the rest are loaded with the first file: many a thread needs none of it. */
export const loadFile: typeof load.loadFile = (path, target) => {
  const { loadFile } = require("./load.js") as typeof load;
  return loadFile(path, target);
};
