import { BlockList, isIPv4 } from "node:net";

/** What leads into the fetcher's own machine or network, to its cloud's metadata, or nowhere. */
const privateRanges = new BlockList();
for (const range of [
  ["0.0.0.0", 8],
  ["10.0.0.0", 8],
  ["100.64.0.0", 10],
  ["127.0.0.0", 8],
  ["169.254.0.0", 16],
  ["172.16.0.0", 12],
  ["192.0.0.0", 24],
  ["192.168.0.0", 16],
  ["198.18.0.0", 15],
  ["224.0.0.0", 3],
] as const) {
  privateRanges.addSubnet(range[0], range[1], "ipv4");
}

/** Public are the global unicast addresses, without those that carry another address. */
const globalRange = new BlockList();
globalRange.addSubnet("2000::", 3, "ipv6");
const carryingRanges = new BlockList();
carryingRanges.addSubnet("2001::", 32, "ipv6");
carryingRanges.addSubnet("2002::", 16, "ipv6");

/** Names that only a machine, a home, a company or a cluster knows. */
const privateName =
  /^[^.]*$|\.(?:localhost|local|localdomain|internal|intranet|lan|home\.arpa|svc)$/;

/**
 * Whether whoever fetched this address could reach what is not public, as far
 * as the address tells: what a name resolves to, and where a server redirects
 * to, it does not tell. Addresses that programs read differently count as private.
 */
export function isPrivateAddress(address: string): boolean {
  if (/[\s\\]|\p{Cc}/u.test(address) || !URL.canParse(address)) return true;
  const { protocol, hostname } = new URL(address);
  if (protocol !== "http:" && protocol !== "https:") return true;
  if (hostname.startsWith("[")) {
    const ip = hostname.slice(1, -1);
    return !globalRange.check(ip, "ipv6") || carryingRanges.check(ip, "ipv6");
  }
  const host = hostname.replace(/\.$/, "");
  if (!isIPv4(host)) return privateName.test(host);
  // Decimal, octal and hexadecimal forms are not the same number to all.
  return privateRanges.check(host) || !address.includes(host);
}
