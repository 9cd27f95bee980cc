-- CreateEnum
CREATE TYPE "chain_status" AS ENUM ('BACKFILL', 'LIVE', 'QUARANTINED');

-- CreateEnum
CREATE TYPE "event_kind" AS ENUM ('GRANTED', 'REVOKED', 'RELEASED', 'UNDECODED');

-- CreateEnum
CREATE TYPE "verification" AS ENUM ('LINKED');

-- CreateTable
CREATE TABLE "chain" (
    "chain_id" BIGINT NOT NULL,
    "name" TEXT NOT NULL,
    "status" "chain_status" NOT NULL,
    "quarantine" TEXT,
    "contracts" JSONB NOT NULL,
    "head_number" BIGINT,
    "head_time" BIGINT,
    "checked_at" TIMESTAMPTZ(6),
    "indexed_number" BIGINT,
    "indexed_hash" BYTEA,
    "indexed_time" BIGINT,
    "safe_number" BIGINT,
    "finalized_number" BIGINT,
    "last_seq" BIGINT NOT NULL DEFAULT 0,
    "known_at" TIMESTAMPTZ(6) NOT NULL,

    CONSTRAINT "chain_pkey" PRIMARY KEY ("chain_id")
);

-- CreateTable
CREATE TABLE "block" (
    "chain_id" BIGINT NOT NULL,
    "number" BIGINT NOT NULL,
    "hash" BYTEA NOT NULL,
    "parent_hash" BYTEA NOT NULL,
    "time" BIGINT NOT NULL,

    CONSTRAINT "block_pkey" PRIMARY KEY ("chain_id","number")
);

-- CreateTable
CREATE TABLE "event" (
    "chain_id" BIGINT NOT NULL,
    "seq" BIGINT NOT NULL,
    "block_number" BIGINT NOT NULL,
    "block_hash" BYTEA NOT NULL,
    "block_time" BIGINT NOT NULL,
    "tx_index" INTEGER NOT NULL,
    "log_index" INTEGER NOT NULL,
    "tx_hash" BYTEA NOT NULL,
    "contract" BYTEA NOT NULL,
    "kind" "event_kind" NOT NULL,
    "verification" "verification" NOT NULL,
    "credential" BYTEA,
    "holder" BYTEA,
    "grantee" BYTEA,
    "issuer" BYTEA,
    "seal" BYTEA,
    "purpose" INTEGER,
    "legal_basis" SMALLINT,
    "reason" SMALLINT,
    "context" BYTEA,
    "granted_at" BIGINT,
    "not_before" BIGINT,
    "expires_at" BIGINT,
    "locked_until" BIGINT,
    "revoked_at" BIGINT,
    "retention" BIGINT,
    "sequence" INTEGER,
    "flags" SMALLINT,
    "raw_topics" BYTEA,
    "raw_data" BYTEA,
    "learned_at" TIMESTAMPTZ(6) NOT NULL,
    "retracted_at" TIMESTAMPTZ(6),

    CONSTRAINT "event_pkey" PRIMARY KEY ("chain_id","seq")
);

-- CreateTable
CREATE TABLE "access_grant" (
    "credential" BYTEA NOT NULL,
    "grantee" BYTEA NOT NULL,
    "purpose" INTEGER NOT NULL,
    "chain_id" BIGINT NOT NULL,
    "contract" BYTEA NOT NULL,
    "holder" BYTEA NOT NULL,
    "issuer" BYTEA NOT NULL,
    "seal" BYTEA NOT NULL,
    "legal_basis" SMALLINT NOT NULL,
    "context" BYTEA NOT NULL,
    "granted_at" BIGINT NOT NULL,
    "not_before" BIGINT NOT NULL,
    "expires_at" BIGINT NOT NULL,
    "locked_until" BIGINT NOT NULL,
    "revoked_at" BIGINT NOT NULL,
    "retention" BIGINT NOT NULL,
    "sequence" INTEGER NOT NULL,
    "flags" SMALLINT NOT NULL,
    "seq" BIGINT NOT NULL,
    "block_number" BIGINT NOT NULL,
    "block_time" BIGINT NOT NULL,
    "reason" SMALLINT,

    CONSTRAINT "access_grant_pkey" PRIMARY KEY ("credential","grantee","purpose","chain_id","contract")
);

-- CreateTable
CREATE TABLE "reorg" (
    "chain_id" BIGINT NOT NULL,
    "detected_at" TIMESTAMPTZ(6) NOT NULL,
    "from_number" BIGINT NOT NULL,
    "from_hash" BYTEA NOT NULL,
    "ancestor_number" BIGINT NOT NULL,
    "ancestor_hash" BYTEA NOT NULL,
    "retracted_events" INTEGER NOT NULL,

    CONSTRAINT "reorg_pkey" PRIMARY KEY ("chain_id","detected_at")
);

-- CreateIndex
CREATE INDEX "event_by_grant" ON "event"("credential", "grantee", "seq");

-- CreateIndex
CREATE INDEX "event_by_holder" ON "event"("holder", "block_time", "chain_id", "seq");

-- CreateIndex
CREATE INDEX "event_by_grantee" ON "event"("grantee", "block_time", "chain_id", "seq");

-- CreateIndex
CREATE INDEX "event_by_time" ON "event"("block_time", "chain_id", "seq");

-- CreateIndex
CREATE UNIQUE INDEX "event_live_position" ON "event"("chain_id", "block_number", "tx_index", "log_index") WHERE (retracted_at IS NULL);

-- CreateIndex
CREATE INDEX "access_grant_by_grantee" ON "access_grant"("grantee", "credential");

-- CreateIndex
CREATE INDEX "access_grant_by_holder" ON "access_grant"("holder", "credential");


-- The rule of time (docs/ARCHITECTURE.md). The TypeScript twin is indexer/grants/rule.ts, the Solidity twin
-- contracts/types/GrantRecord.sol, and a test drives all three. "Never" is 2^63 - 1 here, later than any 40-bit time.
-- Plain SQL expressions, so that the planner can inline them into filters.

CREATE FUNCTION grant_active_end(expires_at BIGINT, revoked_at BIGINT) RETURNS BIGINT
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN LEAST(
    COALESCE(NULLIF(expires_at, 0), 9223372036854775807),
    COALESCE(NULLIF(revoked_at, 0), 9223372036854775807)
);

CREATE FUNCTION grant_access_end(
    not_before BIGINT, expires_at BIGINT, locked_until BIGINT, revoked_at BIGINT, retention BIGINT
) RETURNS BIGINT
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN CASE
    WHEN grant_active_end(expires_at, revoked_at) = 9223372036854775807
        THEN 9223372036854775807
    WHEN grant_active_end(expires_at, revoked_at) < not_before
        THEN grant_active_end(expires_at, revoked_at)
    ELSE GREATEST(grant_active_end(expires_at, revoked_at) + retention, locked_until)
END;

CREATE FUNCTION grant_state(
    granted_at BIGINT, not_before BIGINT, expires_at BIGINT, locked_until BIGINT, revoked_at BIGINT, retention BIGINT,
    t BIGINT
) RETURNS TEXT
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN CASE
    WHEN granted_at = 0 THEN 'NONE'
    WHEN t < not_before AND t < grant_active_end(expires_at, revoked_at) THEN 'PENDING'
    WHEN t < grant_active_end(expires_at, revoked_at) THEN 'ACTIVE'
    WHEN t < grant_access_end(not_before, expires_at, locked_until, revoked_at, retention) THEN 'RETAINED'
    ELSE 'ENDED'
END;
