import { caip2 } from "../grants/caip.ts";
import { quarantineChain } from "../ledger/holdChain.ts";
import { chainArgument } from "./chainArgument.ts";
import { type Command, EXIT, required } from "./command.ts";
import { inTransaction, withLedger } from "./ledgerClient.ts";

export const quarantine: Command = {
  name: "quarantine",
  summary: "stop relying on a chain, at once",
  usage: '<chain> --reason "…"',
  help: `No answer rests on the chain any more (INDETERMINATE), and nothing is written to it, from the moment that this
returns. A running indexer notices within a second and lets go of the chain; its other chains go on. What the chain holds
stays as it is. \`resume\` gives it back.`,
  arguments: ["chain"],
  options: { reason: { type: "string" } },
  async run({ databaseUrl, report, by }, [chain], options) {
    const chainId = chainArgument(chain);
    const text = required(options, "reason");
    await withLedger(databaseUrl, "quarantine", (client) =>
      inTransaction(client, () => quarantineChain(client, chainId, { text, by })),
    );
    report.line(`${caip2(chainId)} is quarantined. Give it back with: npm run ledger -- resume ${chainId} …`);
    report.result({ chain: caip2(chainId), status: "QUARANTINED" });
    return EXIT.done;
  },
};
