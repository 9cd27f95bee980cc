-- Who is told by POST, how far, and what could not be told: docs/WEBHOOKS.md.

CREATE TYPE "webhook_status" AS ENUM ('ACTIVE', 'ENDED');

CREATE TABLE "webhook" (
    "id" TEXT NOT NULL,
    "url" TEXT NOT NULL,
    "secret" BYTEA NOT NULL,
    "credential" BYTEA,
    "holder" BYTEA,
    "grantee" BYTEA,
    "chain_id" BIGINT,
    "cursor" TEXT NOT NULL,
    "status" "webhook_status" NOT NULL DEFAULT 'ACTIVE',
    "attempts" INTEGER NOT NULL DEFAULT 0,
    "next_at" TIMESTAMPTZ(6) NOT NULL,
    "problem" TEXT,
    "lease" BYTEA,
    "leased_until" TIMESTAMPTZ(6),
    "created_at" TIMESTAMPTZ(6) NOT NULL,
    "created_by" TEXT NOT NULL,

    CONSTRAINT "webhook_pkey" PRIMARY KEY ("id")
);

CREATE TABLE "dead_letter" (
    "webhook_id" TEXT NOT NULL,
    "message_id" TEXT NOT NULL,
    "body" TEXT NOT NULL,
    "problem" TEXT NOT NULL,
    "given_up_at" TIMESTAMPTZ(6) NOT NULL,
    "replay" BOOLEAN NOT NULL DEFAULT false,

    CONSTRAINT "dead_letter_pkey" PRIMARY KEY ("webhook_id", "message_id")
);
