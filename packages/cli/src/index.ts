/** The package of the command: the bin `tsyncio` of the runtime package calls `main`. */
export { main } from "./main.js";
