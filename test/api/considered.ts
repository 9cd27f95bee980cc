import type { ConsideredChain } from "../../indexer/api/considered.ts";
import type { GrantFacts } from "../../indexer/api/read/grant.ts";
import { toAddress, toBytes32, toCredentialRef, toSeal } from "../../indexer/grants/bytes.ts";
import type { GrantRecord } from "../../indexer/grants/record.ts";
import { NEVER } from "../../indexer/grants/rule.ts";
import { NOW } from "./world.ts";

/** Chains as a check considers them, made up. */

const twenty = toAddress(new Uint8Array(20));
const thirtyTwo = new Uint8Array(32);

const grant = (of: GrantRecord, over: Partial<GrantFacts> = {}): GrantFacts => ({
  chainId: 1n,
  contract: twenty,
  credential: toCredentialRef(thirtyTwo),
  grantee: twenty,
  purpose: 1,
  holder: twenty,
  issuer: twenty,
  seal: toSeal(thirtyTwo),
  legalBasis: 0,
  context: toBytes32(thirtyTwo),
  record: of,
  holdUntil: 0n,
  parent: undefined,
  parentEnd: NEVER,
  seq: 1n,
  blockNumber: 1n,
  blockTime: 1n,
  reason: null,
  ...over,
});

export function on(records: readonly GrantRecord[], over: Partial<ConsideredChain> = {}): ConsideredChain {
  return {
    credential: toCredentialRef(thirtyTwo),
    chain: {
      chainId: 1n,
      name: "one",
      status: "LIVE",
      verification: "LINKED",
      quarantine: null,
      knownAt: 0n,
      headNumber: 1n,
      headTime: NOW,
      indexedNumber: 1n,
      indexedHash: thirtyTwo,
      indexedTime: NOW,
      safeNumber: null,
      finalizedNumber: null,
      checkedAt: 0,
      lastSeq: 1n,
    },
    health: "LIVE",
    at: NOW,
    inFuture: false,
    unmet: undefined,
    moment: { clock: Number(NOW) * 1000, at: undefined, known: undefined, finality: "LATEST" },
    grants: records.map((one) => grant(one)),
    credentials: [],
    issuers: [],
    ...over,
  };
}
