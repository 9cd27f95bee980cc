-- CreateEnum
CREATE TYPE "chain_status" AS ENUM ('BACKFILL', 'LIVE', 'QUARANTINED');

-- CreateEnum
CREATE TYPE "event_kind" AS ENUM ('GRANTED', 'REVOKED', 'RELEASED', 'GRANTED_ONWARD', 'REVOKED_ONWARD', 'SIGNATURES_CANCELLED', 'HELD', 'HOLD_LIFTED', 'CREDENTIAL_ANCHORED', 'CREDENTIAL_SUPERSEDED', 'CREDENTIAL_REVOKED', 'CREDENTIAL_WITHDRAWN', 'ENTITY_REGISTERED', 'ENTITY_AMENDED', 'ENTITY_SUSPENDED', 'ENTITY_REINSTATED', 'ENTITY_WITHDRAWN', 'OPERATION_SCHEDULED', 'OPERATION_EXECUTED', 'OPERATION_CANCELED', 'GOVERNANCE_CHANGED', 'UNDECODED');

-- CreateEnum
CREATE TYPE "entity_status" AS ENUM ('ACTIVE', 'SUSPENDED', 'WITHDRAWN');

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
    "sequence" BIGINT,
    "flags" SMALLINT,
    "grantor" BYTEA,
    "parent_granted_at" BIGINT,
    "authority" BYTEA,
    "hold_until" BIGINT,
    "account" BYTEA,
    "operation" BYTEA,
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
    "hold_until" BIGINT NOT NULL,
    "grantor" BYTEA,
    "parent_granted_at" BIGINT,
    "parent_end" BIGINT,
    "seq" BIGINT NOT NULL,
    "block_number" BIGINT NOT NULL,
    "block_time" BIGINT NOT NULL,
    "reason" SMALLINT,

    CONSTRAINT "access_grant_pkey" PRIMARY KEY ("credential","grantee","purpose","chain_id","contract")
);

-- CreateTable
CREATE TABLE "credential" (
    "credential" BYTEA NOT NULL,
    "chain_id" BIGINT NOT NULL,
    "contract" BYTEA NOT NULL,
    "holder" BYTEA NOT NULL,
    "issuer" BYTEA NOT NULL,
    "seal" BYTEA NOT NULL,
    "credential_type" BYTEA,
    "replaces" BYTEA,
    "superseded_by" BYTEA,
    "anchored_at" BIGINT NOT NULL,
    "valid_from" BIGINT NOT NULL,
    "valid_until" BIGINT NOT NULL,
    "revoked_at" BIGINT NOT NULL,
    "withdrawn_at" BIGINT NOT NULL,
    "superseded_at" BIGINT NOT NULL,
    "sequence" INTEGER NOT NULL,
    "reason" SMALLINT,
    "seq" BIGINT NOT NULL,
    "block_number" BIGINT NOT NULL,
    "block_time" BIGINT NOT NULL,

    CONSTRAINT "credential_pkey" PRIMARY KEY ("credential","chain_id","contract")
);

-- CreateTable
CREATE TABLE "entity" (
    "account" BYTEA NOT NULL,
    "chain_id" BIGINT NOT NULL,
    "contract" BYTEA NOT NULL,
    "kinds" SMALLINT NOT NULL,
    "status" "entity_status" NOT NULL,
    "jurisdiction" BYTEA NOT NULL,
    "lei" BYTEA NOT NULL,
    "name" BYTEA NOT NULL,
    "uri" BYTEA NOT NULL,
    "registered_at" BIGINT NOT NULL,
    "status_since" BIGINT NOT NULL,
    "sequence" BIGINT NOT NULL,
    "reason" SMALLINT,
    "seq" BIGINT NOT NULL,
    "block_number" BIGINT NOT NULL,
    "block_time" BIGINT NOT NULL,

    CONSTRAINT "entity_pkey" PRIMARY KEY ("account","chain_id","contract")
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
CREATE INDEX "event_by_account" ON "event"("account", "block_time", "chain_id", "seq") WHERE (account IS NOT NULL);

-- CreateIndex
CREATE INDEX "event_by_operation" ON "event"("operation", "chain_id", "seq") WHERE (operation IS NOT NULL);

-- CreateIndex
CREATE UNIQUE INDEX "event_live_position" ON "event"("chain_id", "block_number", "tx_index", "log_index") WHERE (retracted_at IS NULL);

-- CreateIndex
CREATE INDEX "access_grant_by_grantee" ON "access_grant"("grantee", "credential");

-- CreateIndex
CREATE INDEX "access_grant_by_holder" ON "access_grant"("holder", "credential");

-- CreateIndex
CREATE INDEX "access_grant_by_grantor" ON "access_grant"("grantor", "credential") WHERE (grantor IS NOT NULL);

-- CreateIndex
CREATE INDEX "credential_by_holder" ON "credential"("holder", "credential");

-- CreateIndex
CREATE INDEX "credential_by_issuer" ON "credential"("issuer", "credential");


-- The rule of time (docs/ARCHITECTURE.md). The TypeScript twin is indexer/grants/rule.ts, the Solidity twin
-- contracts/types/GrantRecord.sol, and a test drives all three. "Never" is 2^63 - 1 here, later than any 40-bit time.
-- parent_end is when the grant under which this one was granted onward stops being active, hold_until the latest of the
-- legal holds. Null says that there is none, as LEAST and GREATEST leave nulls out.
-- Plain SQL expressions, so that the planner can inline them into filters.

CREATE FUNCTION grant_active_end(expires_at BIGINT, revoked_at BIGINT, parent_end BIGINT) RETURNS BIGINT
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN LEAST(
    COALESCE(NULLIF(expires_at, 0), 9223372036854775807),
    COALESCE(NULLIF(revoked_at, 0), 9223372036854775807),
    parent_end
);

CREATE FUNCTION grant_access_end(
    not_before BIGINT, expires_at BIGINT, locked_until BIGINT, revoked_at BIGINT, retention BIGINT,
    parent_end BIGINT, hold_until BIGINT
) RETURNS BIGINT
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN CASE
    WHEN grant_active_end(expires_at, revoked_at, parent_end) = 9223372036854775807
        THEN 9223372036854775807
    WHEN grant_active_end(expires_at, revoked_at, parent_end) < not_before
        THEN grant_active_end(expires_at, revoked_at, parent_end)
    ELSE GREATEST(grant_active_end(expires_at, revoked_at, parent_end) + retention, locked_until, hold_until)
END;

CREATE FUNCTION grant_state(
    granted_at BIGINT, not_before BIGINT, expires_at BIGINT, locked_until BIGINT, revoked_at BIGINT, retention BIGINT,
    parent_end BIGINT, hold_until BIGINT, t BIGINT
) RETURNS TEXT
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN CASE
    WHEN granted_at = 0 THEN 'NONE'
    WHEN t < not_before AND t < grant_active_end(expires_at, revoked_at, parent_end) THEN 'PENDING'
    WHEN t < grant_active_end(expires_at, revoked_at, parent_end) THEN 'ACTIVE'
    WHEN t < grant_access_end(not_before, expires_at, locked_until, revoked_at, retention, parent_end, hold_until)
        THEN 'RETAINED'
    ELSE 'ENDED'
END;

-- What a credential is worth at t. The twins are indexer/grants/credentialStatus.ts and
-- contracts/types/CredentialRecord.sol. 0 is "not" in every time but t.

CREATE FUNCTION credential_status(
    anchored_at BIGINT, valid_from BIGINT, valid_until BIGINT, revoked_at BIGINT, withdrawn_at BIGINT,
    superseded_at BIGINT, t BIGINT
) RETURNS TEXT
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN CASE
    WHEN revoked_at <> 0 AND revoked_at <= t THEN 'REVOKED'
    WHEN withdrawn_at <> 0 AND withdrawn_at <= t THEN 'WITHDRAWN'
    WHEN superseded_at <> 0 AND superseded_at <= t THEN 'SUPERSEDED'
    WHEN anchored_at = 0 OR t < anchored_at THEN 'NOT_ANCHORED'
    WHEN valid_until <> 0 AND valid_until <= t THEN 'EXPIRED'
    WHEN t < valid_from THEN 'NOT_YET_VALID'
    ELSE 'VALID'
END;
