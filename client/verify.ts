/**
 * `grantledger/verify`: checks what a server gave, without trusting it and without asking it. The very code that the commands
 * run, made one file without dependencies for Node and browsers (scripts/client/build.ts).
 */
import { askNode, type NodeAnswer } from "../indexer/evidence/askNode.ts";
import type { Bundle } from "../indexer/evidence/bundle.ts";
import { contradictions } from "../indexer/evidence/expectations.ts";
import { notProven, proven } from "../indexer/evidence/findings.ts";
import { Rejection } from "../indexer/evidence/rejection.ts";
import { MAX_BYTES } from "../indexer/evidence/strictJson.ts";
import { verifyBundle } from "../indexer/evidence/verifyBundle.ts";
import { parseReceipt, ReceiptError, verifyReceipt as verify } from "../indexer/receipts/verify.ts";
import {
  type EvidenceExpectations,
  VerificationError,
  type VerifiedEvidence,
  type VerifiedReceipt,
} from "./verified.ts";

export {
  type EvidenceExpectations,
  type EvidenceFault,
  type ReceiptFault,
  type VerificationCode,
  VerificationError,
  type VerifiedEvidence,
  type VerifiedReceipt,
} from "./verified.ts";

/**
 * Evidence of an event (docs/EVIDENCE.md).
 * @param evidence as it was kept: its bytes or its text, in which nothing may stand twice; or the object, as an answer has it.
 * @returns what it proves, and what it does not: without `rpc`, that its block is canonical.
 * @throws VerificationError
 */
export async function verifyEvidence(
  evidence: Uint8Array | string | object,
  expected: EvidenceExpectations = {},
): Promise<VerifiedEvidence> {
  const bundle = bundleOf(evidence);
  const node = expected.rpc === undefined ? undefined : await answerOf(expected.rpc, bundle);
  const { chain, contract } = expected;
  const against = contradictions(bundle, { chain, contract: contract?.toLowerCase() });
  against.push(...(node?.contradictions ?? []));
  if (against.length > 0) throw new VerificationError("CONTRADICTED", against.join("; "));
  const { block, log, receipt, event, claims } = bundle;
  return {
    chain: bundle.chain,
    block: { hash: block.hash, number: block.number, time: block.time },
    log: { index: log.index, address: log.address },
    receipt: { index: receipt.index },
    event,
    claims,
    proven: [...proven(bundle), ...(node?.confirmed ?? []).map((line) => `by the node that was asked: ${line}`)],
    notProven: notProven(bundle, node),
  };
}

/**
 * A receipt of a check (docs/AUTHZEN.md, "Receipts").
 * @param receipt as it was kept: its text, in which nothing may stand twice; or the object.
 * @param signer the address that the operator published; who else may have signed it proves nothing.
 * @throws VerificationError
 */
export function verifyReceipt(receipt: string | object, signer: string): VerifiedReceipt {
  if (!/^0x[0-9a-fA-F]{40}$/.test(signer)) throw new TypeError(`signer: expected an address, got ${signer}`);
  try {
    return verify(typeof receipt === "string" ? parseReceipt(receipt) : receipt, signer);
  } catch (error) {
    if (error instanceof ReceiptError) throw new VerificationError(error.fault, error.message, { cause: error });
    throw error;
  }
}

function bundleOf(evidence: Uint8Array | string | object): Bundle {
  try {
    return verifyBundle(bytesOf(evidence));
  } catch (error) {
    if (error instanceof Rejection) throw new VerificationError(error.reason, error.message, { cause: error });
    throw error;
  }
}

function bytesOf(evidence: Uint8Array | string | object): Uint8Array {
  if (evidence instanceof Uint8Array) return evidence;
  const text = typeof evidence === "string" ? evidence : JSON.stringify(evidence);
  if (text.length > MAX_BYTES)
    throw new Rejection("TOO_LARGE", `it has ${text.length} characters, at most ${MAX_BYTES} bytes are looked at`);
  return new TextEncoder().encode(text);
}

async function answerOf(rpc: string, bundle: Bundle): Promise<NodeAnswer> {
  try {
    return await askNode(rpc, bundle);
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new VerificationError("NODE_UNREACHABLE", `the node could not be asked: ${why}`, { cause });
  }
}
