-- CreateTable
CREATE TABLE "knowledge" (
    "chain_id" BIGINT NOT NULL,
    "since" TIMESTAMPTZ(6) NOT NULL,
    "head_number" BIGINT,
    "head_time" BIGINT,
    "checked_at" TIMESTAMPTZ(6),
    "indexed_number" BIGINT,
    "indexed_time" BIGINT,
    "safe_number" BIGINT,
    "finalized_number" BIGINT,
    "last_seq" BIGINT NOT NULL,
    "status" "chain_status" NOT NULL,
    "indexed_hash" BYTEA,
    "heartbeats" INTEGER[],
    "quarantine" TEXT,
    "name" TEXT,
    "contracts" JSONB,

    CONSTRAINT "knowledge_pkey" PRIMARY KEY ("chain_id","since")
);

-- CreateIndex
CREATE INDEX "knowledge_identity" ON "knowledge"("chain_id", "since") WHERE (contracts IS NOT NULL);

-- What is known of a ledger that is older than this table begins with what it says now.
INSERT INTO "knowledge" ("chain_id", "since", "head_number", "head_time", "checked_at", "indexed_number", "indexed_time",
                         "safe_number", "finalized_number", "last_seq", "status", "indexed_hash", "quarantine", "name", "contracts")
SELECT "chain_id", "known_at", "head_number", "head_time", "checked_at", "indexed_number", "indexed_time",
       "safe_number", "finalized_number", "last_seq", "status", "indexed_hash", "quarantine", "name", "contracts"
  FROM "chain";

-- Of what is about a grant alone: else "about a credential and nobody" could be looked for in it, through everything that
-- the registries ever said.
DROP INDEX "event_by_grantee";
CREATE INDEX "event_by_grantee" ON "event"("grantee", "block_time", "chain_id", "seq") WHERE (grantee IS NOT NULL);
