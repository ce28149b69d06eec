/** Runs forever; nothing but that keeps the process alive. */
import { Loop } from "../../src/index.js";
import { NodeHost } from "../../src/node.js";

const loop = new Loop(new NodeHost());
setTimeout(() => {
  console.log("still alive");
  loop.stop();
}, 50).unref();
await loop.runForever();
console.log("stopped");
