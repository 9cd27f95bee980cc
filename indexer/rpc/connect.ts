import type { ChainConfig, RpcEndpoint } from "../config/config.ts";
import { hostOf } from "../config/reading.ts";
import { redactUrl } from "../config/redact.ts";
import { type ChainReader, createChainReader } from "./chainReader.ts";
import { RpcClient } from "./client.ts";
import { Endpoint } from "./endpoint.ts";
import { keepSubscribed } from "./heads.ts";
import { Hints } from "./hints.ts";
import type { RpcObserver } from "./observer.ts";
import { UsualPace } from "./pace.ts";
import { createReadBlock, type ReadBlock } from "./readBlock.ts";
import { REAL_TIME } from "./time.ts";

/** A chain as its endpoints together show it. */
export interface ChainConnection {
  readonly reader: ChainReader;
  /** Two readers that have no host in common, where history is compared between them. */
  readonly apart: readonly [ChainReader, ChainReader] | undefined;
  /** For evidence; undefined where the chain's encoding is not proven. */
  readonly readBlock: ReadBlock | undefined;
  /** Resolves when it is time to look at the head: after so long, or as soon as an endpoint pushes one. */
  untilNextLook(ms: number, signal: AbortSignal): Promise<void>;
  /** What was answered does not fit together: others are asked first for a while, and each for its chain again. */
  doubt(): void;
  close(): Promise<void>;
}

const TIMEOUT_MS = 20_000;

type Endpoints = Pick<ChainConfig, "chainId" | "rpc">;

/** The endpoints of a chain as one. Nothing is connected before it is needed. */
export function openClient({ chainId, rpc }: Endpoints, observer: RpcObserver): RpcClient {
  const usualPace = new UsualPace();
  const shared = { chainId, timeoutMs: TIMEOUT_MS, observer, usualPace };
  const endpoints = named(rpc).map(({ url, ...known }) => new Endpoint(url, { ...known, ...shared }));
  return new RpcClient(endpoints, { observer });
}

/** Follows what the endpoints push, and reads what they are asked. */
export function connectChain(
  chain: Endpoints & Pick<ChainConfig, "quorum" | "contracts" | "reading">,
  observer: RpcObserver,
): ChainConnection {
  const { quorum = 1, contracts, reading } = chain;
  const client = openClient(chain, observer);
  const hints = new Hints(observer, REAL_TIME);
  const closing = new AbortController();
  const subscriptions = client.endpoints.flatMap((endpoint) => {
    const { socket } = endpoint;
    if (socket === undefined) return [];
    const listening = { observer, time: REAL_TIME, signal: closing.signal };
    return [keepSubscribed(endpoint, socket, (hint) => hints.take(hint), listening)];
  });
  const addresses = contracts.map(({ address }) => address);
  const encoding = reading.verification === "LINKED" ? undefined : reading.encoding;
  const proven = reading.verification === "VERIFIED";
  const clients = reading.verification === "RANGED" ? apartByHost(chain, client, observer) : [];
  const [one, other] = clients.map((each) => createChainReader(each, addresses, { observer, encoding }));
  const apart = one === undefined || other === undefined ? undefined : ([one, other] as const);
  return {
    reader: createChainReader(client, addresses, { quorum, hints, observer, encoding, proven }),
    apart,
    readBlock: reading.encoding === undefined ? undefined : createReadBlock(client, reading.encoding),
    untilNextLook: (ms, signal) => hints.wait(ms, signal),
    doubt: () => client.doubt(),
    async close() {
      closing.abort();
      await client.close();
      await Promise.all(subscriptions);
    },
  };
}

/** The endpoints of the first host, and those of others. The very ones of the client, with what they learned. */
function apartByHost({ rpc }: Endpoints, { endpoints }: RpcClient, observer: RpcObserver): RpcClient[] {
  const [first] = rpc.map(hostOf);
  const isFirst = rpc.map((entry) => hostOf(entry) === first);
  return [true, false].map(
    (same) =>
      new RpcClient(
        endpoints.filter((_, i) => isFirst[i] === same),
        { observer },
      ),
  );
}

/** Each with a name of its own: several URLs may lead to one host. */
function named(rpc: ChainConfig["rpc"]): (RpcEndpoint & { readonly name: string })[] {
  const seen = new Map<string, number>();
  return rpc.map((entry) => {
    const endpoint = typeof entry === "string" ? { url: entry } : entry;
    const name = endpoint.name ?? redactUrl(endpoint.url);
    const count = (seen.get(name) ?? 0) + 1;
    seen.set(name, count);
    return { ...endpoint, name: count === 1 ? name : `${name} (${count})` };
  });
}

/** The names by which an observer is told of a chain's endpoints. */
export const endpointNames = (rpc: ChainConfig["rpc"]): string[] => named(rpc).map(({ name }) => name);
