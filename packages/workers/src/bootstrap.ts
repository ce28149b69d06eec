/**
 * The code that workers are started with, as text: so there is no file to find, and a bundle can start workers, too. It
 * loads the module of the first job, whose own copy of this package then serves (`worker-side.ts`).
 */

/** `start(side, { hooks, module })`, to be put before the code of either kind of worker. */
const START = `
async function start(side, { hooks, module }) {
  try {
    for (const hook of hooks) await import(hook);
    await import(module);
  } catch (error) {
    const { name, message, stack, code } = Object(error);
    const thrown = error instanceof Error
      ? { error: { name, message, stack, properties: code === undefined ? undefined : { code } } }
      : { value: String(error) };
    side.post([[8, thrown]], []);
    return;
  }
  const serve = globalThis[Symbol.for("tsyncio.workers")]?.serve;
  if (serve === undefined) {
    const message = module + " defines no jobs when a worker loads it; call defineJobs at the top of the module";
    side.post([[8, { error: { name: "Error", message } }]], []);
    return;
  }
  serve({ ...side, load: (url) => import(url) });
}
`;

/** Of a thread. */
export const THREAD_CODE = `${START}
const { parentPort, receiveMessageOnPort, workerData } = require("node:worker_threads");
start({
  post: (batch, transfers) => parentPort.postMessage(batch, transfers),
  listen: (onBatch) => parentPort.on("message", onBatch).on("messageerror", (error) => { throw error; }),
  poll: () => receiveMessageOnPort(parentPort)?.message,
  slots: workerData.slots,
  isShared: true,
}, workerData);
parentPort.ref();
`;

/**
 * Of a process. While it computes no message can arrive, so a thread listens on a pipe of its own and writes into shared
 * memory which job is cancelled. It also ends the process when whoever started it is gone.
 */
export const PROCESS_CODE = `${START}
const { Worker } = require("node:worker_threads");
const listener = \`
  const { workerData: slots } = require("node:worker_threads");
  const numbers = new Int32Array(slots);
  const pipe = new (require("node:net").Socket)({ fd: 4 });
  let rest = Buffer.alloc(0);
  pipe.on("data", (chunk) => {
    const bytes = Buffer.concat([rest, chunk]);
    const whole = bytes.length - (bytes.length % 8);
    for (let at = 0; at < whole; at += 8) {
      Atomics.store(numbers, 2 * bytes.readInt32LE(at) + 1, bytes.readInt32LE(at + 4));
    }
    rest = bytes.subarray(whole);
  });
  pipe.on("error", () => {});
  pipe.on("close", () => setTimeout(() => process.kill(process.pid, "SIGKILL"), 1000));
\`;
process.on("SIGINT", () => {});
process.on("disconnect", () => process.exit());
process.once("message", ([settings]) => {
  const slots = new SharedArrayBuffer(settings.bytes);
  new Worker(listener, { eval: true, execArgv: [], workerData: slots }).unref();
  const sent = (error) => { if (error) process.exit(); };
  start({
    post: (batch) => process.send(batch, undefined, undefined, sent),
    listen: (onBatch) => process.on("message", onBatch),
    poll: () => undefined,
    slots,
    isShared: false,
    resultLimit: settings.resultLimit,
  }, settings);
});
`;
