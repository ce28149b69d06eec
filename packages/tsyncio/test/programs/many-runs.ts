/** As many runs at once as a busy server has. */
import { run, sleep } from "../../src/index.js";

const runs = Array.from({ length: 50 }, (_, i) => run(sleep("5ms", i)));
console.log((await Promise.all(runs)).length);
console.log(process.listenerCount("SIGINT") + process.listenerCount("beforeExit"));
