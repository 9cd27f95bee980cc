import type pg from "pg";
import { Database } from "../api/database.ts";
import { CHAIN_COLUMNS, type ChainRow, toChain } from "../api/read/chain.ts";
import { lockHolder } from "../ledger/chainLock.ts";
import { chainReport, readiness } from "../ops/health.ts";
import { type Command, EXIT } from "./command.ts";
import { withLedger } from "./ledgerClient.ts";

/** The last decisions about a chain, newest first. */
const INTERVENTIONS_SHOWN = 5;

export const status: Command = {
  name: "status",
  summary: "what the ledger holds of each chain, who writes it, what was decided about it",
  usage: "",
  help: `Reads the database alone: it works whether or not an indexer runs. Ends with ${EXIT.found} when a chain cannot be relied
on now, which it then says why.`,
  arguments: [],
  options: {},
  async run({ databaseUrl, config, report }) {
    const { maxStalenessSeconds } = config.api;
    const database = new Database(databaseUrl, () => {});
    const now = Date.now();
    try {
      const rows = await database.query<ChainRow>(`SELECT ${CHAIN_COLUMNS} FROM chain c ORDER BY c.chain_id`, []);
      const observed = rows.map(toChain);
      const chains = await withLedger(databaseUrl, "status", async (client) => {
        const all = [];
        for (const chain of observed)
          all.push({
            ...chainReport(chain, now, maxStalenessSeconds),
            configured: config.chains.some(({ chainId }) => chainId === chain.chainId),
            writer: (await lockHolder(client, chain.chainId)) ?? null,
            ...(await readTrail(client, chain.chainId)),
          });
        return all;
      });
      const { ready, why } = readiness(observed, now, maxStalenessSeconds);
      for (const chain of chains) for (const line of describe(chain)) report.line(line);
      report.line(
        ready
          ? "Every chain can be relied on."
          : `Not to be relied on now:\n${why.map((one) => `  ${one}`).join("\n")}`,
      );
      report.result({ ready, why, chains });
      return ready ? EXIT.done : EXIT.found;
    } finally {
      await database.close();
    }
  },
};

interface Trail {
  readonly reorgs: number;
  readonly interventions: readonly {
    readonly at: Date;
    readonly action: string;
    readonly decision: string;
    readonly by: string;
    readonly found: string | null;
  }[];
}

async function readTrail(client: pg.ClientBase, chainId: bigint): Promise<Trail> {
  const reorgs = await client.query<{ count: number }>("SELECT count(*)::int FROM reorg WHERE chain_id = $1", [
    chainId,
  ]);
  const { rows } = await client.query<Trail["interventions"][number]>(
    `SELECT decided_at AS at, action::text, decision, decided_by AS by, found FROM intervention
      WHERE chain_id = $1 ORDER BY decided_at DESC LIMIT ${INTERVENTIONS_SHOWN}`,
    [chainId],
  );
  return { reorgs: reorgs.rows[0]?.count ?? 0, interventions: rows };
}

type Described = ReturnType<typeof chainReport> &
  Trail & {
    readonly configured: boolean;
    readonly writer: { readonly application: string; readonly pid: number } | null;
  };

function describe(chain: Described): string[] {
  const number = (value: number | null): string => (value === null ? "-" : String(value));
  return [
    `${chain.chain} (${chain.name})  ${chain.status}${chain.configured ? "" : ", not in this configuration"}`,
    `  head ${number(chain.head)}  indexed ${number(chain.indexed)}  behind ${number(chain.lag)}  safe ${number(chain.safe)}  final ${number(chain.finalized)}  events ${number(chain.events)}  reorgs ${chain.reorgs}`,
    `  confirmed ${chain.checkedAt ?? "never"}; ${chain.writer === null ? "nobody writes it" : `written by "${chain.writer.application}", PostgreSQL process ${chain.writer.pid}`}`,
    ...(chain.why === null ? [] : [`  ${chain.why}`]),
    ...chain.interventions.map(
      ({ at, action, decision, by }) => `  ${at.toISOString()} ${action} by ${by}: ${decision}`,
    ),
    "",
  ];
}
