/**
 * Clients that connect and say nothing: node load/idle-clients.js PORT COUNT. Prints a line when all are connected, and
 * ends with its standard input.
 */
import { connect } from "node:net";

const AT_ONCE = 100;
const [port, count] = process.argv.slice(2).map(Number);

process.stdin.on("end", () => process.exit(0)).resume();
for (let begun = 0; begun < (count ?? 0); begun += AT_ONCE) {
  await Promise.all(Array.from({ length: AT_ONCE }, opened));
}
process.stdout.write("connected\n");

/** @returns {Promise<void>} */
function opened() {
  return new Promise((resolve, reject) => {
    const socket = connect({ port: port ?? 0, host: "127.0.0.1" });
    socket.once("connect", () => resolve());
    socket.once("error", reject);
  });
}
