import { AccessGrants } from "../../generated/index.js";

AccessGrants.Granted.handler(async ({ event, context }) => {
  const { credential, holder, grantee, issuer, seal, purpose, legalBasis, record, context: consent } = event.params;
  const { number, timestamp, hash } = event.block;
  context.GrantEvent.set({
    id: `${number}-${event.logIndex}`,
    blockNumber: number,
    blockTime: timestamp,
    blockHash: hash,
    txHash: event.transaction.hash,
    logIndex: event.logIndex,
    credential,
    holder,
    grantee,
    issuer,
    seal,
    purpose: Number(purpose),
    legalBasis: Number(legalBasis),
    record,
    context: consent,
  });
  context.AccessGrant.set({
    id: `${credential}-${grantee}-${purpose}`,
    credential,
    grantee,
    purpose: Number(purpose),
    holder,
    issuer,
    seal,
    legalBasis: Number(legalBasis),
    record,
    blockNumber: number,
  });
});
