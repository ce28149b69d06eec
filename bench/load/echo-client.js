/**
 * The other end of an echo server, the same for every column: 10 connections send a message, wait until it has come
 * back, and send the next.
 *
 * node load/echo-client.js PORT BYTES MESSAGES
 */
import { connect } from "node:net";

const CONNECTIONS = 10;
const [port, bytes, messages] = process.argv.slice(2).map(Number);
const message = Buffer.alloc(bytes ?? 0, "x");
const each = Math.ceil((messages ?? 0) / CONNECTIONS);

const sockets = await Promise.all(Array.from({ length: CONNECTIONS }, opened));
await Promise.all(sockets.map(converse));
for (const socket of sockets) socket.end();

/** @returns {Promise<import("node:net").Socket>} */
function opened() {
  return new Promise((resolve, reject) => {
    const socket = connect({ port: port ?? 0, host: "127.0.0.1", noDelay: true });
    socket.once("connect", () => resolve(socket));
    socket.once("error", reject);
  });
}

/** @param {import("node:net").Socket} socket @returns {Promise<void>} */
function converse(socket) {
  return new Promise((resolve) => {
    let left = each;
    let missing = message.length;
    socket.on("data", (data) => {
      missing -= data.length;
      if (missing > 0) return;
      missing = message.length;
      left -= 1;
      if (left === 0) resolve();
      else socket.write(message);
    });
    socket.write(message);
  });
}
