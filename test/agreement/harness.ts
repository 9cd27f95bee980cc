import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { isDeepStrictEqual } from "node:util";
import { type Contract, ContractFactory } from "ethers";
import pg from "pg";
import { migrate } from "../../indexer/ledger/migrate.ts";
import { startAnvil } from "../support/anvil.ts";
import { startTestPostgres } from "../support/postgres.ts";
import { seed } from "../support/property.ts";

/** The rules in Solidity, behind a contract that evaluates many cases at once, and in SQL, in a migrated database. */
export interface Rules {
  readonly solidity: Contract;
  readonly sql: pg.Client;
  close(): Promise<void>;
}

export async function openRules(): Promise<Rules> {
  const [postgres, anvil] = await Promise.all([startTestPostgres(), startAnvil({ chainId: 31337 })]);
  const url = await postgres.createDatabase();
  await migrate(url);
  const sql = new pg.Client({ connectionString: url });
  await sql.connect();
  await anvil.send("evm_setAutomine", true);
  const artifact = JSON.parse(await readFile(new URL("../contracts/GrantRecordHarness.json", import.meta.url), "utf8"));
  const factory = new ContractFactory(artifact.abi, artifact.creationCode, await anvil.provider.getSigner(0));
  return {
    solidity: (await (await factory.deploy()).waitForDeployment()) as Contract,
    sql,
    async close() {
      await sql.end();
      await Promise.all([anvil.stop(), postgres.stop()]);
    },
  };
}

/** Calls `compare` with the cases in parts that fit one call. */
export async function inParts<Case>(
  cases: readonly Case[],
  compare: (part: readonly Case[]) => Promise<void>,
): Promise<void> {
  for (let i = 0; i < cases.length; i += 1_000) await compare(cases.slice(i, i + 1_000));
}

/** The message is made only where it is needed: it costs more than the comparison. */
export function assertAgrees(who: string, found: unknown, expected: unknown, one: unknown): void {
  if (!isDeepStrictEqual(found, expected)) assert.deepEqual(found, expected, `${who}, seed ${seed()}: ${shown(one)}`);
}

/** A case for a message. */
const shown = (value: unknown): string => JSON.stringify(value, (_, v) => (typeof v === "bigint" ? v.toString() : v));
