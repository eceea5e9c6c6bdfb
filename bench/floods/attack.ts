// One flood, in a process of its own: node bench/floods/attack.ts NAME ADDRESS
import { attacks } from "./attacks.ts";

const [name = "", address = ""] = process.argv.slice(2);
// A connection that the server cuts is a part of the flood.
process.on("unhandledRejection", () => {});
await attacks[name]?.(address).catch(() => {});
// What the flood left open stays so until whoever started this has looked.
process.send?.("over");
