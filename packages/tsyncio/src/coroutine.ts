/** The door for front ends that make coroutines by other means than `function*`. */
export { isCoroutine } from "./kernel/coroutine.js";
