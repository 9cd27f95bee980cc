import { caip2 } from "../grants/caip.ts";
import { retireChain } from "../ledger/holdChain.ts";
import { OperatorError } from "../ops/errors.ts";
import { chainArgument, readKnownChain } from "./chainArgument.ts";
import { type Command, EXIT, required } from "./command.ts";
import { inTransaction, lockChain, withLedger } from "./ledgerClient.ts";

export const retire: Command = {
  name: "retire",
  summary: "declare that a chain is no longer followed",
  usage: '<chain> --decision "…"',
  help: `For a chain that was taken out of the configuration. Until it is retired, whatever it may have said since makes
checks INDETERMINATE, because a revocation there would not be known. Retired, it allows nothing any more; where one of its
grants would have allowed, the answer stays INDETERMINATE; a credential that was revoked, withdrawn or superseded there
stays so; and its silence no longer holds up the answers of other chains. Its events stay in the trail. Tell the
institutions before: what holders do on that chain afterwards is not seen. \`resume\` follows it again.`,
  arguments: ["chain"],
  options: { decision: { type: "string" } },
  async run({ databaseUrl, config, report, by }, [chain], options) {
    const chainId = chainArgument(chain);
    const text = required(options, "decision");
    if (config.chains.some((one) => one.chainId === chainId))
      throw new OperatorError(`${caip2(chainId)} is in the configuration: take it out first, and restart the indexer`);
    const { indexed } = await withLedger(databaseUrl, "retire", async (client) => {
      await lockChain(client, chainId);
      await inTransaction(client, () => retireChain(client, chainId, { text, by }));
      return readKnownChain(client, chainId);
    });
    report.line(`${caip2(chainId)} is retired: known up to block ${indexed ?? "none"}, and not after.`);
    report.result({ chain: caip2(chainId), status: "RETIRED", indexed });
    return EXIT.done;
  },
};
