/** Which addresses are those of the loopback interface. */

import { lookup } from "node:dns/promises";
import { BlockList, isIP } from "node:net";
import * as asyncio from "tsyncio";

const loopback = new BlockList();
loopback.addSubnet("127.0.0.0", 8, "ipv4");
loopback.addAddress("::1", "ipv6");

/**
 * The address that `host` stands for. The scan goes to this one and not to the name, which could
 * mean something else when it is asked again.
 * @throws {RangeError} when any of its addresses is not on the loopback interface.
 */
export function* loopbackAddress(host: string): asyncio.Coroutine<string> {
  const found = yield* asyncio.fromPromise(lookup(host, { all: true }));
  for (const { address } of found) {
    if (loopback.check(address, isIP(address) === 4 ? "ipv4" : "ipv6")) continue;
    const what = address === host ? "that" : `its address ${address}`;
    throw new RangeError(`Cannot scan ${host}: ${what} is not on the loopback interface`);
  }
  return (found[0] as { address: string }).address;
}
