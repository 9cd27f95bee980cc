-- Past answers say how far a chain was checked then.
ALTER TABLE "knowledge" ADD COLUMN "verification" "verification" NOT NULL DEFAULT 'LINKED';
