/** The entry for Node. */
export { NodeHost } from "./hosts/node/node-host.js";
