import { defineConfig } from "prisma/config";

// For an operator who prefers `prisma migrate deploy`; the indexer applies the same folder by itself at its start.
export default defineConfig({
  schema: "indexer/ledger/schema.prisma",
  migrations: { path: "indexer/ledger/migrations" },
  ...(process.env["GRANTLEDGER_DATABASE_URL"] ? { datasource: { url: process.env["GRANTLEDGER_DATABASE_URL"] } } : {}),
});
