/** `node --import @tsyncio/transform/register main.ts` */
import { registerTransform } from "./node/register.js";

registerTransform();
