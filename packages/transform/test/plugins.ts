/** The plugins of all bundlers, by the bundlers' names. */
export { tsyncio as esbuild } from "../src/esbuild.js";
export { tsyncio as rolldown } from "../src/rolldown.js";
export { tsyncio as rollup } from "../src/rollup.js";
export { tsyncio as rspack } from "../src/rspack.js";
export { tsyncio as vite } from "../src/vite.js";
export { tsyncio as webpack } from "../src/webpack.js";
