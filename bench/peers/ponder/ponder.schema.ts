import { index, onchainTable, primaryKey } from "ponder";

export const grantEvent = onchainTable(
  "grant_event",
  (t) => ({
    id: t.text().primaryKey(),
    blockNumber: t.integer().notNull(),
    blockTime: t.integer().notNull(),
    blockHash: t.hex().notNull(),
    txHash: t.hex().notNull(),
    logIndex: t.integer().notNull(),
    credential: t.hex().notNull(),
    holder: t.hex().notNull(),
    grantee: t.hex().notNull(),
    issuer: t.hex().notNull(),
    seal: t.hex().notNull(),
    purpose: t.integer().notNull(),
    legalBasis: t.integer().notNull(),
    record: t.hex().notNull(),
    context: t.hex().notNull(),
  }),
  (table) => ({ byCredential: index().on(table.credential), byGrantee: index().on(table.grantee) }),
);

export const accessGrant = onchainTable(
  "access_grant",
  (t) => ({
    credential: t.hex().notNull(),
    grantee: t.hex().notNull(),
    purpose: t.integer().notNull(),
    holder: t.hex().notNull(),
    issuer: t.hex().notNull(),
    seal: t.hex().notNull(),
    legalBasis: t.integer().notNull(),
    record: t.hex().notNull(),
    blockNumber: t.integer().notNull(),
  }),
  (table) => ({
    key: primaryKey({ columns: [table.credential, table.grantee, table.purpose] }),
    byGrantee: index().on(table.grantee),
  }),
);
