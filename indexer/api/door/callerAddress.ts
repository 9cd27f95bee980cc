import type { IncomingMessage } from "node:http";
import ipaddr from "ipaddr.js";
import proxyaddr from "proxy-addr";

/** A customer of IPv6 has a /64 at least, each address of which can be another one's name for him. */
const NETWORK_GROUPS = 4;

/**
 * Whose request it is, by the address it comes from. Of what proxies say only the part is believed that trusted ones wrote:
 * X-Forwarded-For is read from its end, up to the first address that is not one of theirs.
 * @param trustedProxies addresses, networks, or the names that proxy-addr has for some.
 */
export function callerAddress(trustedProxies: readonly string[] = []): (request: IncomingMessage) => string {
  if (trustedProxies.length === 0) return (request) => countedAs(request.socket.remoteAddress);
  const trust = proxyaddr.compile([...trustedProxies]);
  return (request) => {
    const said = proxyaddr(request, trust);
    // A trusted proxy that passes nonsense on: then it is the proxy's own request.
    return countedAs(ipaddr.isValid(said) ? said : request.socket.remoteAddress);
  };
}

function countedAs(address: string | undefined): string {
  if (address === undefined || !ipaddr.isValid(address)) return "unknown";
  const parsed = ipaddr.process(address);
  if (parsed instanceof ipaddr.IPv4) return parsed.toString();
  return parsed.parts
    .slice(0, NETWORK_GROUPS)
    .map((group) => group.toString(16))
    .join(":");
}
