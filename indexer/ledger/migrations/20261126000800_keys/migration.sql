-- Keys of the API, the log of what was asked with them, and a guard for snapshots that are behind.
-- \073 is a semicolon: Prisma's engine splits scripts at semicolons, also inside of text.

CREATE TYPE "api_role" AS ENUM ('INSTITUTION', 'AUDITOR', 'OPERATOR');

CREATE TABLE "api_key" (
    "id" SERIAL NOT NULL,
    "hash" BYTEA NOT NULL,
    "role" "api_role" NOT NULL,
    "account" BYTEA,
    "name" TEXT NOT NULL,
    "created_at" TIMESTAMPTZ(6) NOT NULL,
    "created_by" TEXT NOT NULL,
    "revoked_at" TIMESTAMPTZ(6),
    "revoked_by" TEXT,

    CONSTRAINT "api_key_pkey" PRIMARY KEY ("id")
);
CREATE UNIQUE INDEX "api_key_hash_key" ON "api_key"("hash");

CREATE TABLE "query_log" (
    "seq" BIGSERIAL NOT NULL,
    "asked_at" TIMESTAMPTZ(6) NOT NULL,
    "key_id" INTEGER NOT NULL,
    "request" TEXT NOT NULL,
    "body" BYTEA,
    "status" SMALLINT,
    "seen" JSONB NOT NULL,

    CONSTRAINT "query_log_pkey" PRIMARY KEY ("seq")
);
CREATE INDEX "query_log_by_key" ON "query_log"("key_id", "seq");

-- A key says for ever whose it was: it is made, and revoked once.
CREATE FUNCTION api_key_guard() RETURNS trigger LANGUAGE plpgsql AS E'
BEGIN
    IF TG_OP = \'INSERT\' THEN
        IF octet_length(NEW.hash) <> 32 OR NEW.revoked_at IS NOT NULL
           OR (NEW.role = \'INSTITUTION\') <> (NEW.account IS NOT NULL)
           OR (NEW.account IS NOT NULL AND octet_length(NEW.account) <> 20) THEN
            RAISE EXCEPTION \'api_key: an institution has an account of 20 bytes, others have none\'\073
        END IF\073
        RETURN NEW\073
    END IF\073
    IF TG_OP = \'UPDATE\' THEN
        IF OLD.revoked_at IS NULL AND NEW.revoked_at IS NOT NULL AND NEW.revoked_by IS NOT NULL
           AND (NEW.id, NEW.hash, NEW.role, NEW.name, NEW.created_at, NEW.created_by)
             = (OLD.id, OLD.hash, OLD.role, OLD.name, OLD.created_at, OLD.created_by)
           AND NEW.account IS NOT DISTINCT FROM OLD.account THEN
            RETURN NEW\073
        END IF\073
    END IF\073
    RAISE EXCEPTION \'api_key: a key can be made and revoked, nothing else\'\073
END';
CREATE TRIGGER api_key_guard BEFORE INSERT OR UPDATE OR DELETE ON "api_key"
    FOR EACH ROW EXECUTE FUNCTION api_key_guard();
CREATE TRIGGER api_key_guard_truncate BEFORE TRUNCATE ON "api_key"
    FOR EACH STATEMENT EXECUTE FUNCTION api_key_guard();

-- Append-only. Whoever inserts waits for whoever inserted before, so that seq is the order in which rows become visible,
-- and a page that was read once never gains a row in its middle.
CREATE FUNCTION query_log_guard() RETURNS trigger LANGUAGE plpgsql AS E'
BEGIN
    IF TG_OP <> \'INSERT\' THEN
        RAISE EXCEPTION \'query_log: what was asked stays as it was recorded\'\073
    END IF\073
    PERFORM pg_advisory_xact_lock(hashtextextended(\'grantledger.query_log\', 0))\073
    RETURN NULL\073
END';
CREATE TRIGGER query_log_guard BEFORE INSERT OR UPDATE OR DELETE OR TRUNCATE ON "query_log"
    FOR EACH STATEMENT EXECUTE FUNCTION query_log_guard();

-- Whether this snapshot holds all that was known by then, which one of a replica that lags may not: then it raises GL001,
-- so that nothing is answered from it. Of a moment of the clock (the key * alone) a replica knows only when something newer
-- has arrived.
CREATE FUNCTION snapshot_knows(moments JSONB) RETURNS BOOLEAN LANGUAGE plpgsql STABLE PARALLEL SAFE AS E'
BEGIN
    IF EXISTS (
        SELECT FROM jsonb_each_text(moments) m LEFT JOIN chain c ON c.chain_id::text = m.key
         WHERE m.key <> \'*\' AND (c.known_at IS NULL OR c.known_at < m.value::timestamptz))
    OR (pg_is_in_recovery() AND moments - \'*\' = \'{}\' AND moments ? \'*\' AND NOT EXISTS (
        SELECT FROM chain c WHERE c.known_at >= (moments ->> \'*\')::timestamptz)) THEN
        RAISE EXCEPTION \'this snapshot is older than what is asked about\' USING ERRCODE = \'GL001\'\073
    END IF\073
    RETURN true\073
END';
