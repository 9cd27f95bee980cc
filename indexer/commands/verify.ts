import { redactUrl } from "../config/redact.ts";
import { caip2 } from "../grants/caip.ts";
import { contractsByAddress } from "../ledger/batch.ts";
import { compareBlocks, type Difference } from "../ledger/reread.ts";
import { Backoff, sleep } from "../ops/backoff.ts";
import { OperatorError, RetryableError } from "../ops/errors.ts";
import { backfill, RangeSize } from "../sync/backfill.ts";
import type { Blocks } from "../sync/fetch.ts";
import { LinkedFetcher } from "../sync/linkedFetcher.ts";
import { blockArgument } from "./blockArgument.ts";
import { chainArgument, readKnownChain } from "./chainArgument.ts";
import { type Command, EXIT, required, UsageError } from "./command.ts";
import { withLedger } from "./ledgerClient.ts";
import { withReader } from "./openReader.ts";
import { readContracts } from "./storedContracts.ts";
import { tellProgress } from "./tellProgress.ts";

/** In a row; a node that fails so often is not going to answer. */
const MOST_FAILURES = 5;
/** Printed; all of them are counted. */
const DIFFERENCES_SHOWN = 100;

export const verify: Command = {
  name: "verify",
  summary: "read a range of blocks from a second RPC and compare it with what is stored",
  usage: "<chain> <from> <to> --rpc <url>",
  help: `Reads the blocks and the logs of our contracts in them from that endpoint, checked as the indexer checks them (links,
hashes, blooms), and compares every event, field by field, and the hashes of the blocks that we keep. Changes nothing, and may
run beside the writer. Each difference is printed (the first ${DIFFERENCES_SHOWN}): "not here" is an event that we do not hold, "not there" one
that the endpoint does not know, "differs" one that says something else. Ends with ${EXIT.found} if there is any. Which side is right
is for you to find out, with a third endpoint: then \`quarantine\` and \`resume\`.`,
  arguments: ["chain", "from", "to"],
  options: { rpc: { type: "string" } },
  async run({ databaseUrl, report, signal }, [argument, first, last], options) {
    const chainId = chainArgument(argument);
    const [from, to] = [blockArgument("from", first), blockArgument("to", last)];
    const rpc = required(options, "rpc");
    if (!URL.canParse(rpc)) throw new UsageError("--rpc: expected a URL");
    if (to < from) throw new UsageError(`expected <from> not to be after <to>, got ${from} and ${to}`);
    return withLedger(databaseUrl, "verify", async (client) => {
      const { indexed } = await readKnownChain(client, chainId);
      if (indexed === null || to > indexed)
        throw new OperatorError(`${caip2(chainId)} is indexed up to block ${indexed ?? "none"}: name an earlier <to>`);
      const stored = await readContracts(client, chainId);
      const contracts = contractsByAddress(stored);
      const addresses = stored.map(({ address }) => address);
      const found = { blocks: 0, events: 0, differences: 0, shown: [] as Difference[] };
      await withReader({ chainId, rpc: [rpc], contracts: addresses }, async (reader) => {
        const fetcher = new LinkedFetcher(reader, addresses);
        const tell = tellProgress(report, Number(to - from) + 1, "blocks");
        for await (const blocks of readAll((a, b, bound) => fetcher.range(a, b, bound), from, to, signal)) {
          const differences = await compareBlocks(client, contracts, chainId, blocks);
          for (const one of differences) {
            if (found.shown.length >= DIFFERENCES_SHOWN) break;
            found.shown.push(one);
            report.line(describe(one));
          }
          found.differences += differences.length;
          found.events += blocks.logs.length;
          found.blocks += blocks.headers.length;
          tell(found.blocks);
        }
      });
      const { blocks, events, differences, shown } = found;
      report.line(
        `${caip2(chainId)}: ${redactUrl(rpc)} has ${events} events in ${blocks} blocks, ${differences === 0 ? "the same as we hold" : `${differences} differences`}. Nothing was changed.`,
      );
      report.result({ chain: caip2(chainId), rpc: redactUrl(rpc), from, to, blocks, events, differences, shown });
      return differences === 0 ? EXIT.done : EXIT.found;
    });
  },
};

/** All of the range in order, tried again from where it failed. */
async function* readAll(
  read: (from: bigint, to: bigint, signal: AbortSignal) => Promise<Blocks>,
  from: bigint,
  to: bigint,
  signal: AbortSignal,
): AsyncGenerator<Blocks> {
  const backoff = new Backoff(250, 5_000);
  let failures = 0;
  for (let next = from; next <= to; ) {
    try {
      for await (const blocks of backfill(read, next, to, new RangeSize(), signal)) {
        yield blocks;
        next += BigInt(blocks.headers.length);
        failures = 0;
        backoff.reset();
      }
    } catch (error) {
      if (!(error instanceof RetryableError) || ++failures >= MOST_FAILURES) throw error;
      await sleep(backoff.next(), signal);
    }
  }
}

function describe(difference: Difference): string {
  if (difference.what === "another block")
    return `block ${difference.block}: ${difference.here} here, ${difference.there} there`;
  const { block, transactionIndex, logIndex, what, fields } = difference;
  const changes = Object.entries(fields).map(
    ([name, { here, there }]) => `${name} ${JSON.stringify(here)} here, ${JSON.stringify(there)} there`,
  );
  return `block ${block}, transaction ${transactionIndex}, log ${logIndex}: ${what}; ${changes.join("; ")}`;
}
