import { lookup as resolve } from "node:dns";
import { BlockList, isIP, type LookupFunction } from "node:net";

/**
 * Where a webhook may go: to addresses of the public internet. Whoever names a URL must not make this server talk to what only
 * it can reach (its own host, its network, the metadata service of its cloud). Judged is the address that is connected to, not
 * the name: a name may answer differently the second time.
 */

/** What is not of the public internet in IPv4 (https://www.iana.org/assignments/iana-ipv4-special-registry). */
const SPECIAL_V4: readonly (readonly [network: string, prefix: number])[] = [
  ...([
    ["0.0.0.0", 8],
    ["10.0.0.0", 8],
    ["100.64.0.0", 10],
    ["127.0.0.0", 8],
    ["169.254.0.0", 16],
  ] as const),
  ...([
    ["172.16.0.0", 12],
    ["192.0.0.0", 24],
    ["192.0.2.0", 24],
    ["192.88.99.0", 24],
    ["192.168.0.0", 16],
  ] as const),
  ...([
    ["198.18.0.0", 15],
    ["198.51.100.0", 24],
    ["203.0.113.0", 24],
    ["224.0.0.0", 4],
    ["240.0.0.0", 4],
  ] as const),
];
/** Within what is global unicast in IPv6, 2000::/3, what is for protocols, documentation, and tunnels to any IPv4 address. */
const SPECIAL_V6: readonly (readonly [network: string, prefix: number])[] = [
  ...([
    ["2001::", 23],
    ["2001:db8::", 32],
    ["2002::", 16],
    ["3fff::", 20],
  ] as const),
];

const special = new BlockList();
for (const [network, prefix] of SPECIAL_V4) special.addSubnet(network, prefix, "ipv4");
for (const [network, prefix] of SPECIAL_V6) special.addSubnet(network, prefix, "ipv6");
const global = new BlockList();
global.addSubnet("2000::", 3, "ipv6");

export function isPublic(address: string): boolean {
  switch (isIP(address)) {
    case 4:
      return !special.check(address, "ipv4");
    case 6:
      return global.check(address, "ipv6") && !special.check(address, "ipv6");
    default:
      return false;
  }
}

/** The connection was not made. */
export class RefusedAddressError extends Error {}

/** Resolves a name as `net.connect` wants it, and refuses one that leads anywhere else, if only by one of its addresses. */
export const lookupPublic: LookupFunction = (hostname, options, callback) => {
  resolve(hostname, { ...options, all: true }, (error, addresses) => {
    if (error !== null) return callback(error, "", 0);
    const [first] = addresses;
    const refused = addresses.find(({ address }) => !isPublic(address));
    if (first === undefined || refused !== undefined)
      return callback(new RefusedAddressError(`${hostname} is at ${refused?.address ?? "no address"}`), "", 0);
    return options.all === true ? callback(null, addresses) : callback(null, first.address, first.family);
  });
};
