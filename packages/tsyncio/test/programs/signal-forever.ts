/** A loop without a run: its handler stops it, and goes when it is closed. */
import { Loop } from "../../src/index.js";
import { NodeHost } from "../../src/node.js";

const loop = new Loop(new NodeHost());
loop.addSignalHandler("SIGTERM", () => loop.stop());
const ended = loop.runForever();
console.log("ready");
await ended;
console.log(`${process.listenerCount("SIGTERM")} listeners`);
loop.close();
console.log(`${process.listenerCount("SIGTERM")} listeners`);
loop.close();
