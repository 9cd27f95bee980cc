import { ponder } from "ponder:registry";
import { accessGrant, grantEvent } from "ponder:schema";

ponder.on("AccessGrants:Granted", async ({ event, context }) => {
  const { credential, holder, grantee, issuer, seal, purpose, legalBasis, record, context: consent } = event.args;
  const blockNumber = Number(event.block.number);
  await context.db.insert(grantEvent).values({
    id: event.id,
    blockNumber,
    blockTime: Number(event.block.timestamp),
    blockHash: event.block.hash,
    txHash: event.transaction.hash,
    logIndex: event.log.logIndex,
    credential,
    holder,
    grantee,
    issuer,
    seal,
    purpose,
    legalBasis,
    record,
    context: consent,
  });
  const terms = { legalBasis, record, blockNumber };
  await context.db
    .insert(accessGrant)
    .values({ credential, grantee, purpose, holder, issuer, seal, ...terms })
    .onConflictDoUpdate(terms);
});
