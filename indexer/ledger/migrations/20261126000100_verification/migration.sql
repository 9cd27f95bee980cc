-- In the order of how far the node's word was checked, so that the least of several is LEAST of them.
ALTER TYPE "verification" ADD VALUE 'RANGED' BEFORE 'LINKED';
ALTER TYPE "verification" ADD VALUE 'VERIFIED' AFTER 'LINKED';

ALTER TABLE "event" ADD COLUMN "verified_at" TIMESTAMPTZ(6);

-- What was there before was read LINKED.
ALTER TABLE "chain" ADD COLUMN "verification" "verification" NOT NULL DEFAULT 'LINKED';
