import { buildBundle } from "../../evidence/buildBundle.ts";
import type { Bundle } from "../../evidence/bundle.ts";
import { EvidenceError } from "../../evidence/errors.ts";
import { verifyBundle } from "../../evidence/verifyBundle.ts";
import { sameBytes, toHex } from "../../grants/bytes.ts";
import { caip2 } from "../../grants/caip.ts";
import { explain } from "../../ops/errors.ts";
import type { Context } from "../context.ts";
import { noEvidence } from "../errors.ts";
import type { EventFacts } from "../read/event.ts";
import { isTheLog } from "./agreement.ts";

/**
 * Evidence of one event, as an auditor keeps it. It is checked before it is given out as the auditor will check it.
 * @throws GraphQLError where there is none; the code says why.
 */
export async function evidenceOf(
  { blocks, clock }: Pick<Context, "blocks" | "clock">,
  event: EventFacts,
): Promise<Bundle> {
  const { chainId, blockHash, blockNumber, logIndex, transactionIndex } = event;
  const { contracts } = blocks.source(chainId);
  const contract = contracts.find(({ address }) => sameBytes(address, event.contract));
  if (contract === undefined)
    throw noEvidence("EVIDENCE_UNAVAILABLE", `This server does not follow ${toHex(event.contract)} any more.`);
  const block = await blocks.get(chainId, blockHash, blockNumber);
  try {
    const bundle = buildBundle(block, {
      chain: caip2(chainId),
      contract: { name: contract.name, address: toHex(contract.address), creation: contract.creation ?? null },
      transactionIndex,
      claims: {
        transactionHash: toHex(event.transactionHash),
        logIndexInBlock: logIndex,
        sequenceNumber: String(event.seq),
        verification: event.verification,
        verifiedAt: event.verifiedAt,
        finality: event.finality,
        learnedAt: event.learnedAt,
        retractedAt: event.retractedAt,
        statedAt: new Date(clock()).toISOString(),
      },
    });
    if (
      !isTheLog(event, bundle.log) ||
      bundle.block.number !== String(blockNumber) ||
      bundle.block.time !== String(event.blockTime)
    )
      throw new EvidenceError(`the block's log ${logIndex} is not what the ledger holds`);
    verifyBundle(new TextEncoder().encode(JSON.stringify(bundle)));
    return bundle;
  } catch (error) {
    if (!(error instanceof EvidenceError)) throw error;
    throw noEvidence(
      "EVIDENCE_CONTRADICTED",
      `The block that the ledger names for event ${event.seq} of ${caip2(chainId)} does not hold it: ${explain(error)}. Tell the operator.`,
    );
  }
}
