import type pg from "pg";
import { caip2 } from "../grants/caip.ts";
import { type Decision, recordIntervention, touchChain } from "../ledger/intervention.ts";
import { rebuildChain, type TableComparison, takeOverRebuilt } from "../ledger/rebuild.ts";
import { chainArgument, readKnownChain } from "./chainArgument.ts";
import { type Command, EXIT, required, UsageError } from "./command.ts";
import { lockChain, withLedger } from "./ledgerClient.ts";
import type { Report } from "./report.ts";
import { tellProgress } from "./tellProgress.ts";

export const rebuild: Command = {
  name: "rebuild",
  summary: "make grants, credentials and entities again from the events, and compare",
  usage: '<chain> (--check | --apply --decision "…")',
  help: `--check compares one moment of the ledger and changes nothing; it may run beside the writer. --apply puts right the rows
that differ, in one transaction, while no writer runs: stop the indexer or quarantine the chain first. Both follow the live
events with the writer's own statements, in temporary tables that need about as much room as the chain's rows. Ends with ${EXIT.found}
when --check finds a difference; please report it, and keep what it printed.`,
  arguments: ["chain"],
  options: { check: { type: "boolean" }, apply: { type: "boolean" }, decision: { type: "string" } },
  async run({ databaseUrl, report, by }, [argument], options) {
    const chainId = chainArgument(argument);
    if ((options["check"] === true) === (options["apply"] === true)) throw new UsageError("say --check or --apply");
    const decision = options["apply"] === true ? { text: required(options, "decision"), by } : undefined;
    return withLedger(databaseUrl, "rebuild", async (client) => {
      await readKnownChain(client, chainId);
      if (decision !== undefined) await lockChain(client, chainId);
      const tables = await compareAndMend(client, chainId, decision, report);
      const differences = tables.reduce((sum, table) => sum + table.differences, 0);
      for (const table of tables) for (const line of describe(table)) report.line(line);
      report.line(closing(chainId, differences, decision !== undefined));
      report.result({ chain: caip2(chainId), differences, applied: decision !== undefined && differences > 0, tables });
      return differences > 0 && decision === undefined ? EXIT.found : EXIT.done;
    });
  },
};

async function compareAndMend(
  client: pg.Client,
  chainId: bigint,
  decision: Decision | undefined,
  report: Report,
): Promise<TableComparison[]> {
  await client.query("BEGIN ISOLATION LEVEL REPEATABLE READ");
  let mended = false;
  try {
    const { rows } = await client.query<{ events: string }>(
      "SELECT count(*) AS events FROM event WHERE chain_id = $1 AND retracted_at IS NULL",
      [chainId],
    );
    const tables = await rebuildChain(client, chainId, tellProgress(report, Number(rows[0]?.events), "events"));
    const differs = tables.some(({ differences }) => differences > 0);
    if (decision !== undefined && differs) {
      await takeOverRebuilt(client);
      await touchChain(client, chainId);
      await recordIntervention(client, chainId, "REBUILT", decision);
      await client.query("COMMIT");
      mended = true;
    }
    return tables;
  } finally {
    if (!mended) await client.query("ROLLBACK").catch(() => {});
  }
}

function describe({ table, rows, differences, examples }: TableComparison): string[] {
  return [
    `${table}: ${rows} rows follow from the events, ${differences} differ`,
    ...examples.map(({ stored, rebuilt }) => `  stored ${JSON.stringify(stored)}\n  ought  ${JSON.stringify(rebuilt)}`),
  ];
}

function closing(chainId: bigint, differences: number, apply: boolean): string {
  if (differences === 0) return `${caip2(chainId)}: what is stored is what the events say.`;
  return apply
    ? `${caip2(chainId)}: ${differences} rows were put right.`
    : `${caip2(chainId)}: ${differences} rows are not what the events say. Nothing was changed.`;
}
