// One flood, in a process of its own: node bench/floods/attack.ts NAME ADDRESS
import { attacks } from "./attacks.ts";

const [name = "", address = ""] = process.argv.slice(2);
await attacks[name]?.(address);
// What the flood left open stays so until whoever started this has looked.
process.send?.("over");
