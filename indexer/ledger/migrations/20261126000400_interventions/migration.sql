-- What operators decide about a chain, and a status for chains that are no longer followed.

ALTER TYPE "chain_status" ADD VALUE 'RETIRED';

CREATE TYPE "intervention_action" AS ENUM ('QUARANTINED', 'RESUMED', 'ROLLED_BACK', 'RETIRED', 'REBUILT');

CREATE TABLE "intervention" (
    "chain_id" BIGINT NOT NULL,
    "decided_at" TIMESTAMPTZ(6) NOT NULL,
    "action" "intervention_action" NOT NULL,
    "decision" TEXT NOT NULL,
    "decided_by" TEXT NOT NULL,
    "found" TEXT,
    "indexed_number" BIGINT,
    "indexed_hash" BYTEA,

    CONSTRAINT "intervention_pkey" PRIMARY KEY ("chain_id", "decided_at")
);
