import { setTimeout as sleep } from "node:timers/promises";
import type { Indexer } from "../../indexer/indexer.ts";
import { explain } from "../../indexer/ops/errors.ts";
import { progressWords } from "../../indexer/ops/progress.ts";
import type { DemoChain } from "./chains.ts";
import type { LedgerView } from "./ledger.ts";
import { CHAINS_QUERY, checkQuery, TRAIL_QUERY } from "./queries.ts";
import type { Status, StatusDisplay } from "./status.ts";
import type { Subject } from "./story/calls.ts";

const REFRESH_MS = 1_000;
/** A local chain is indexed within a second; one that is not has a problem that the status shows. */
const INDEXED_WITHIN_MS = 30_000;

export interface Watch {
  readonly indexer: Indexer;
  readonly ledger: LedgerView;
  readonly display: StatusDisplay;
  readonly stop: AbortSignal;
}

/** Keeps the status up to date until stopped. `example`: what the check query asks about. */
export async function watch({ indexer, ledger, display, stop }: Watch, example: Subject | undefined): Promise<void> {
  const first =
    example === undefined
      ? { title: "What is indexed", query: CHAINS_QUERY }
      : {
          title: `May ${example.grantee.name} read ${example.credential.holder.name}'s credential`,
          query: checkQuery(example),
        };
  const queries = [first, { title: "The newest of the trail", query: TRAIL_QUERY }];
  let chains: Status["chains"] = [];
  while (!stop.aborted) {
    const runners = indexer.runners();
    const problems = runners.flatMap(({ name, phase, problem }) =>
      problem === undefined ? [] : [`${name} is ${phase}: ${problem}`],
    );
    const progress = runners.flatMap(({ name, phase, progress: come }) =>
      phase === "backfill" && come !== undefined ? [`${name} reads its history: ${progressWords(come)}`] : [],
    );
    try {
      chains = await ledger.progress();
    } catch (error) {
      problems.push(`the database does not answer: ${explain(error)}`);
    }
    if (!stop.aborted) display.show({ url: `${indexer.url}/graphql`, chains, progress, problems, queries });
    await sleep(REFRESH_MS, undefined, { signal: stop }).catch(() => {});
  }
}

/** Resolves when the ledger holds a block of a chain. */
export async function untilIndexed({ ledger, stop }: Watch, chain: DemoChain, block: number): Promise<void> {
  const deadline = Date.now() + INDEXED_WITHIN_MS;
  for (;;) {
    const progress = await ledger.progress();
    const indexed = progress.find(({ chainId }) => chainId === chain.chainId)?.indexed;
    if (indexed !== undefined && indexed >= BigInt(block)) return;
    if (Date.now() > deadline) throw new Error(`block ${block} of ${chain.name} is not indexed after 30 s`);
    await sleep(100, undefined, { signal: stop });
  }
}
