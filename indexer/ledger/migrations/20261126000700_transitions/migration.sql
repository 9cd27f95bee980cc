-- What time alone changes, as items of a feed, and the order in which a feed gives out what was learned and unlearned.
-- docs/WATCHING.md says how it is read.

CREATE TYPE "transition_kind" AS ENUM ('BECAME_ACTIVE', 'ENDED_ACTIVE', 'ENDED');

CREATE TABLE "transition" (
    "chain_id" BIGINT NOT NULL,
    "known_at" TIMESTAMPTZ(6) NOT NULL,
    "after_seq" BIGINT NOT NULL,
    "ordinal" INTEGER NOT NULL,
    "kind" "transition_kind" NOT NULL,
    "at" BIGINT NOT NULL,
    "credential" BYTEA NOT NULL,
    "holder" BYTEA NOT NULL,
    "grantee" BYTEA NOT NULL,
    "purpose" INTEGER NOT NULL,
    "contract" BYTEA NOT NULL,
    "cause_seq" BIGINT NOT NULL,
    "retracted_at" TIMESTAMPTZ(6),

    CONSTRAINT "transition_pkey" PRIMARY KEY ("chain_id", "known_at", "after_seq", "ordinal")
);

CREATE INDEX "transition_by_time" ON "transition"("chain_id", "at");

CREATE INDEX "transition_retracted" ON "transition"("chain_id", "retracted_at", "after_seq" DESC, "ordinal" DESC) WHERE (retracted_at IS NOT NULL);

CREATE TABLE "pending_transition" (
    "credential" BYTEA NOT NULL,
    "grantee" BYTEA NOT NULL,
    "purpose" INTEGER NOT NULL,
    "chain_id" BIGINT NOT NULL,
    "contract" BYTEA NOT NULL,
    "at" BIGINT NOT NULL,

    CONSTRAINT "pending_transition_pkey" PRIMARY KEY ("credential", "grantee", "purpose", "chain_id", "contract")
);

CREATE INDEX "pending_transition_by_time" ON "pending_transition"("chain_id", "at");

CREATE TABLE "transition_progress" (
    "chain_id" BIGINT NOT NULL,
    "known_at" TIMESTAMPTZ(6) NOT NULL,
    "indexed_number" BIGINT,
    "indexed_time" BIGINT,
    "last_seq" BIGINT NOT NULL,
    "ordinal" INTEGER NOT NULL,
    "changed_at" TIMESTAMPTZ(6),

    CONSTRAINT "transition_progress_pkey" PRIMARY KEY ("chain_id")
);

CREATE INDEX "event_retracted" ON "event"("chain_id", "retracted_at", "seq" DESC) WHERE (retracted_at IS NOT NULL);

-- Whoever follows the ledger is woken by a commit that changed what is known. The escapes stand for semicolons, at which
-- the engine that applies migrations would split the body.
CREATE FUNCTION tell_knowledge() RETURNS trigger LANGUAGE plpgsql
AS E'BEGIN PERFORM pg_notify(''grantledger_knowledge'', '''')\x3b RETURN NULL\x3b END';

-- Raises unless this snapshot has the feed of a chain up to a moment. A replica that lags is asked again, or another one is:
-- what it lacks must not be taken for what is not there.
CREATE FUNCTION feed_reaches(chain BIGINT, moment TIMESTAMPTZ) RETURNS BOOLEAN LANGUAGE plpgsql STABLE PARALLEL SAFE
AS E'BEGIN
    IF NOT EXISTS (SELECT FROM transition_progress p WHERE p.chain_id = chain AND p.known_at >= moment) THEN
        RAISE EXCEPTION \'this snapshot is older than what is asked about\' USING ERRCODE = \'GL001\'\073
    END IF\073
    RETURN true\073
END';

CREATE TRIGGER tell_knowledge AFTER INSERT ON "knowledge" FOR EACH STATEMENT EXECUTE FUNCTION tell_knowledge();
