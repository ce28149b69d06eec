/**
 * The client of `http-hello`: as little work as a client can do. Prints the nanoseconds from its first
 * request to its last response.
 *
 * node http-client.js PORT REQUESTS CONNECTIONS BODY
 */
import { once } from "node:events";
import { connect } from "node:net";

const [port, requests, connections, body] = process.argv.slice(2);
const REQUEST = Buffer.from(`GET / HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\n\r\n`);
const END = Buffer.from(`\r\n\r\n${body}`);

const sockets = await Promise.all(
  Array.from({ length: Number(connections) }, async () => {
    const socket = connect(Number(port), "127.0.0.1");
    await once(socket, "connect");
    socket.setNoDelay(true);
    return socket;
  }),
);

let unsent = Number(requests);
let unanswered = unsent;
const start = process.hrtime.bigint();
for (const socket of sockets) {
  socket.on("close", () => {
    if (unanswered > 0) throw new Error(`A connection closed with ${unanswered} to come`);
  });
  /** What has come of a response that is not complete. */
  let partial = Buffer.alloc(0);
  socket.on("data", (chunk) => {
    const response = partial.length === 0 ? chunk : Buffer.concat([partial, chunk]);
    if (response.length < END.length || !response.subarray(-END.length).equals(END)) {
      partial = response;
      return;
    }
    if (partial.length > 0) partial = Buffer.alloc(0);
    if (--unanswered === 0) finish();
    else send(socket);
  });
  send(socket);
}

/** @param {import("node:net").Socket} socket */
function send(socket) {
  if (unsent-- > 0) socket.write(REQUEST);
}

function finish() {
  console.log(String(process.hrtime.bigint() - start));
  for (const socket of sockets) socket.destroy();
}
