/**
 * Two ordinary functions that block the thread for 3 s each: 6 s in all, and nothing else can run
 * meanwhile. `two-sleeps` does the same work in 3 s.
 */

function fun1(x: number): void {
  console.log(x ** 2);
  block(3);
  console.log("fun1 завершена");
}

function fun2(x: number): void {
  console.log((x ** 0.5).toFixed(1));
  block(3);
  console.log("fun2 завершена");
}

function main(): void {
  fun1(4);
  fun2(4);
}

/** Stops the whole thread, as `time.sleep` does. */
function block(seconds: number): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, seconds * 1000);
}

function timeOfDay(): string {
  return new Date().toLocaleTimeString("en-GB");
}

console.log(timeOfDay());
main();
console.log(timeOfDay());
