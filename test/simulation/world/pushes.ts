import type { Random } from "../../support/random.ts";
import type { FakeChain } from "../chain/chain.ts";
import type { RpcServer } from "../chain/server.ts";

/**
 * What an endpoint pushes to whoever subscribed to its heads: mostly the head, and every kind of thing that is none. A push is a
 * reason to look and never a fact, so that none of it may show in what the ledger holds.
 */

export const PUSHES = [
  ...([
    "head",
    "none",
    "twice",
    "old",
    "future",
    "unknownHash",
    "foreign",
    "flood",
    "malformed",
    "notJson",
    "cut",
  ] as const),
] as const;
export type Push = (typeof PUSHES)[number];

/** Heads are pushed as they are half of the time. */
const DRAWN: readonly Push[] = [...PUSHES.map((): Push => "head"), ...PUSHES];

export interface Pushing {
  readonly server: RpcServer;
  readonly chain: FakeChain;
  /** A chain of the same contracts, and another one. */
  readonly foreign: FakeChain;
  /** Names of its endpoints that are WebSockets. */
  readonly endpoints: readonly string[];
  readonly random: Random;
  /** How often each was received. */
  readonly pushed: Map<Push, number>;
}

type Head = { readonly number: number; readonly hash: string };

/** Pushes whenever the head of the chain is another one. */
export function pushHeads({ server, chain, foreign, endpoints, random, pushed }: Pushing): void {
  const unknown = (): string => `0x${Buffer.from(random.bytes(32)).toString("hex")}`;
  const send = (endpoint: string, { number, hash }: Head): number =>
    server.push(endpoint, notice({ number: `0x${number.toString(16)}`, hash }));
  const push: Record<Push, (endpoint: string, head: Head) => number> = {
    head: send,
    none: () => 1,
    twice: (endpoint, head) => send(endpoint, head) + send(endpoint, head),
    old: (endpoint, { number }) => send(endpoint, chain.canonical[random.int(number + 1)] ?? chain.head),
    future: (endpoint, { number }) => send(endpoint, { number: number + 1 + random.int(1_000), hash: unknown() }),
    unknownHash: (endpoint, { number }) => send(endpoint, { number, hash: unknown() }),
    foreign: (endpoint) => send(endpoint, foreign.head),
    flood(endpoint, { number }) {
      let received = 0;
      for (let i = 0; i < 60; i++) received = send(endpoint, { number, hash: unknown() });
      return received;
    },
    malformed: (endpoint) =>
      server.push(
        endpoint,
        notice(random.pick<unknown>([null, {}, { number: "7", hash: 1 }, { number: "0xzz", hash: "0x" }, [], "head"])),
      ),
    notJson: (endpoint) => server.push(endpoint, random.pick(["", "{", "<html>", "\u0000"])),
    cut(endpoint) {
      server.cut(endpoint);
      return 1;
    },
  };
  chain.onHead = (head) => {
    for (const endpoint of endpoints) {
      const kind = random.pick(DRAWN);
      if (push[kind](endpoint, head) > 0) pushed.set(kind, (pushed.get(kind) ?? 0) + 1);
    }
  };
}

const notice = (result: unknown): string =>
  JSON.stringify({ jsonrpc: "2.0", method: "eth_subscription", params: { subscription: "0x1", result } });
