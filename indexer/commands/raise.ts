import type { ReadingMode } from "../config/reading.ts";
import { caip2 } from "../grants/caip.ts";
import { type RaiseDifference, raiseRange } from "../ledger/raise.ts";
import { OperatorError } from "../ops/errors.ts";
import { createFetcher } from "../sync/fetch.ts";
import { blockArgument } from "./blockArgument.ts";
import { chainArgument, configuredChain, readKnownChain } from "./chainArgument.ts";
import { type Command, EXIT, UsageError } from "./command.ts";
import { withLedger } from "./ledgerClient.ts";
import { withReader } from "./openReader.ts";
import { readContracts } from "./storedContracts.ts";
import { tellProgress } from "./tellProgress.ts";

/** Printed; all of them are counted. */
const DIFFERENCES_SHOWN = 100;

export const raise: Command = {
  name: "raise",
  summary: "read a final range again, prove it, and mark its events as VERIFIED",
  usage: "<chain> <from> <to>",
  help: `For history that was read RANGED or LINKED. Asks the chain's configured endpoints for every block of the range: hashes are
recomputed, and receipts have to rebuild their roots. Events that are the same, byte for byte, are VERIFIED from then on, with
the moment; of a block that differs nothing is marked, and nothing that is stored is ever changed. The range has to be final.
May run beside the writer, and again from where it was interrupted. Ends with ${EXIT.found} if anything differs.`,
  arguments: ["chain", "from", "to"],
  options: {},
  async run({ config, databaseUrl, report, signal }, [argument, first, last]) {
    const chainId = chainArgument(argument);
    const [from, to] = [blockArgument("from", first), blockArgument("to", last)];
    if (to < from) throw new UsageError(`expected <from> not to be after <to>, got ${from} and ${to}`);
    const chain = configuredChain(config, chainId);
    const { encoding } = chain.reading;
    if (encoding === undefined)
      throw new OperatorError(
        `${caip2(chainId)}: how its receipts are encoded is not proven here, so nothing of it can be raised (docs/LEDGER.md)`,
      );
    const mode: ReadingMode = { ...chain.reading, verification: "VERIFIED" };
    return withLedger(databaseUrl, "raise", async (client) => {
      await readKnownChain(client, chainId);
      const contracts = await readContracts(client, chainId);
      const addresses = contracts.map(({ address }) => address);
      const tell = tellProgress(report, Number(to - from) + 1, "blocks");
      const { blocks, events, raised, differences } = await withReader(
        { chainId, rpc: chain.rpc, contracts: addresses, encoding },
        (reader) =>
          raiseRange({
            ...{ client, chainId, contracts, from, to, signal, clock: Date.now },
            fetcher: createFetcher(reader, addresses, mode),
            onProgress: (through) => tell(Number(through - from) + 1),
          }),
      );
      for (const one of differences.slice(0, DIFFERENCES_SHOWN)) report.line(describe(one));
      report.line(
        `${caip2(chainId)}: ${events} events in ${blocks} blocks, ${raised} of them newly VERIFIED, ${differences.length} differences.`,
      );
      const shown = differences.slice(0, DIFFERENCES_SHOWN);
      report.result({
        chain: caip2(chainId),
        from,
        to,
        blocks,
        events,
        raised,
        differences: differences.length,
        shown,
      });
      return differences.length === 0 ? EXIT.done : EXIT.found;
    });
  },
};

const describe = ({ blockNumber, transactionIndex, logIndex, kind, what }: RaiseDifference): string =>
  `block ${blockNumber}, transaction ${transactionIndex}, log ${logIndex}: ${kind} ${
    what === "unknown"
      ? "is in the receipts, and not here as it is there"
      : "is here, and not in the receipts as it is here"
  }`;
