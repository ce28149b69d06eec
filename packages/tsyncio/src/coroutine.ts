/** The door for front ends that make coroutines by other means than `function*`: what lowered code calls. */
export { configureRuns, type RunDefaults } from "./hosts/thread-loop.js";
export {
  asyncIterator,
  emit,
  LoweredGenerator,
  loweredGenerator,
} from "./interop/lowered-generator.js";
export { at, callLowered, discard, lowered } from "./interop/lowering.js";
export { isCoroutine } from "./kernel/coroutine.js";
export { Lowered } from "./kernel/frame.js";
export { describeFunction, type FunctionInfo } from "./kernel/function-info.js";
