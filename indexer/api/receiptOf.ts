import { toHex } from "../grants/bytes.ts";
import { caip2, checksum } from "../grants/caip.ts";
import type { SignedCheck } from "../receipts/receipt.ts";
import type { ReceiptKey } from "../receipts/receiptKey.ts";
import type { Receipt } from "../receipts/verify.ts";
import type { Answer, Demand } from "./ask.ts";
import type { ConsideredChain } from "./considered.ts";
import type { Context } from "./context.ts";
import { badInput } from "./errors.ts";
import { explainOutcome } from "./explainOutcome.ts";
import { encodeKnownAt, type KnownAt } from "./knownAt.ts";
import { knownAtOf } from "./moment.ts";
import { finalityOf } from "./read/chain.ts";
import { purposeOf, stateOf } from "./shown.ts";

/** An answer as what is signed of it. */

type Signing = Pick<Context, "clock"> & { readonly receiptKey: ReceiptKey };

/** @throws GraphQLError BAD_INPUT where answers are not signed. */
export function requireReceipts({ receiptKey, clock }: Pick<Context, "clock" | "receiptKey">): Signing {
  if (receiptKey === undefined) throw badInput("receipt: this server has no key to sign answers with");
  return { receiptKey, clock };
}

export function receiptOf(answer: Answer, { receiptKey, clock }: Signing): Receipt {
  return receiptKey.sign(toSigned(answer, clock()));
}

/** @param now milliseconds, when it is signed. */
function toSigned(answer: Answer, now: number): SignedCheck {
  const { outcome, chains, moment, demand } = answer;
  const known = knownAtOf(
    moment,
    chains.map(({ chain }) => chain),
  );
  return {
    question: toQuestion(answer, demand),
    answer: {
      decision: outcome.decision,
      state: stateOf(outcome) ?? "",
      reason: outcome.reason,
      decidedBy: outcome.decidedBy ?? "",
      explanation: explainOutcome(answer),
      purpose: String(purposeOf(answer) ?? 0),
      validUntil: String(outcome.validUntil ?? 0n),
      clock: String(Math.floor(moment.clock)),
      knownAt: encodeKnownAt(known),
      signedAt: String(Math.floor(now / 1000)),
    },
    evaluatedAt: chains.map(toEvaluated),
  };
}

function toQuestion({ credential, grantee, purpose, use }: Answer, demand: Demand): SignedCheck["question"] {
  const { chain, at, knownAt, atLeast, finality, maxLag, requireAnchor } = demand;
  return {
    credential: toHex(credential),
    grantee: checksum(grantee),
    purpose: String(purpose ?? 0),
    use,
    chain: chain == null ? "" : caip2(chain),
    at: at == null ? "" : at.toString(),
    knownAt: asked(knownAt),
    atLeast: atLeast == null ? "" : `${caip2(atLeast.chain)}/${atLeast.block}`,
    finality: finality ?? "LATEST",
    maxLag: maxLag == null ? "" : maxLag.toString(),
    requireAnchor: requireAnchor ?? false,
  };
}

const asked = (knownAt: KnownAt | null | undefined): string => (knownAt == null ? "" : encodeKnownAt(knownAt));

const NO_BLOCK = `0x${"00".repeat(32)}`;

const toEvaluated = ({ chain, health, at }: ConsideredChain): SignedCheck["evaluatedAt"][number] => ({
  chain: caip2(chain.chainId),
  status: health,
  verification: chain.verification,
  time: at.toString(),
  block: String(chain.indexedNumber ?? 0n),
  blockHash: chain.indexedHash === null ? NO_BLOCK : toHex(chain.indexedHash),
  finality: chain.indexedNumber === null ? "" : finalityOf(chain, chain.indexedNumber),
});
