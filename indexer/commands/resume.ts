import type pg from "pg";
import type { Config } from "../config/config.ts";
import { toHex } from "../grants/bytes.ts";
import { caip2 } from "../grants/caip.ts";
import type { Decision } from "../ledger/intervention.ts";
import { type Ancestor, resumeFrom, resumeWhereItStands } from "../ledger/resumeChain.ts";
import { OperatorError } from "../ops/errors.ts";
import { chainArgument, configuredChain, readKnownChain } from "./chainArgument.ts";
import { type Command, EXIT, type OptionValues, required, UsageError } from "./command.ts";
import { inTransaction, lockChain, withLedger } from "./ledgerClient.ts";
import { withReader } from "./openReader.ts";
import { heldBlock, newestShared, sharedHeader } from "./sharedBlock.ts";

export const resume: Command = {
  name: "resume",
  summary: "give a quarantined or retired chain back, after a decision",
  usage: '<chain> --decision "…" (--keep | --rollback-to <block>|start [--rpc <url>])',
  help: `--keep: our history is right, and the node's was wrong. The chain goes on where it stands; if its node still
contradicts what was final, it is quarantined again. --rollback-to: the node's history is right. Names the newest block
that both share; it may lie below what was final. What we hold above it is marked as retracted (nothing is erased) and read
again. The block is compared with the node of the configuration, or of --rpc: one that is not shared is refused, and the
newest that is gets named. A block of which we hold no hash counts as the newest one below it that we do. \`start\` reads all
of it again. Either way answers are INDETERMINATE until the chain is caught up. A running indexer goes on within a second.`,
  arguments: ["chain"],
  options: {
    decision: { type: "string" },
    keep: { type: "boolean" },
    "rollback-to": { type: "string" },
    rpc: { type: "string" },
  },
  async run({ databaseUrl, config, report, by }, [argument], options) {
    const chainId = chainArgument(argument);
    const decision: Decision = { text: required(options, "decision"), by };
    const target = targetOf(options);
    return withLedger(databaseUrl, "resume", async (client) => {
      await refuseUnlessHeld(client, chainId);
      await lockChain(client, chainId);
      const { indexed } = await refuseUnlessHeld(client, chainId);
      if (target === undefined) {
        await inTransaction(client, () => resumeWhereItStands(client, chainId, decision));
        report.line(`${caip2(chainId)} goes on at block ${indexed ?? "none"}, where it stands.`);
        report.result({ chain: caip2(chainId), action: "RESUMED", at: indexed, retracted: 0 });
        return EXIT.done;
      }
      const ancestor = await ancestorOf(client, chainId, target, config, options["rpc"]);
      const retracted = await inTransaction(client, () => resumeFrom(client, chainId, ancestor, decision));
      const shared = ancestor.hash === undefined ? "the start" : `block ${ancestor.number} (${toHex(ancestor.hash)})`;
      report.line(`${caip2(chainId)} goes on from ${shared}; ${retracted} events were retracted and are read again.`);
      report.result({ chain: caip2(chainId), action: "ROLLED_BACK", at: ancestor.number, retracted });
      return EXIT.done;
    });
  },
};

/** The block named; undefined to keep what we hold. */
function targetOf(options: OptionValues): bigint | "start" | undefined {
  const block = options["rollback-to"];
  if ((options["keep"] === true) === (block !== undefined))
    throw new UsageError("say which history is right: --keep (ours) or --rollback-to <block> (the node's)");
  if (typeof block !== "string") return undefined;
  if (block === "start") return "start";
  if (!/^\d{1,18}$/.test(block)) throw new UsageError("--rollback-to: expected a block number, or start");
  return BigInt(block);
}

async function refuseUnlessHeld(client: pg.ClientBase, chainId: bigint) {
  const chain = await readKnownChain(client, chainId);
  if (chain.status !== "QUARANTINED" && chain.status !== "RETIRED")
    throw new OperatorError(
      `${caip2(chainId)} is ${chain.status}: there is nothing to resume. To roll it back, quarantine it first`,
    );
  return chain;
}

async function ancestorOf(
  client: pg.ClientBase,
  chainId: bigint,
  target: bigint | "start",
  config: Config,
  rpc: string | boolean | undefined,
): Promise<Ancestor> {
  if (target === "start") return { number: (await startOf(client, chainId)) - 1n };
  const urls = typeof rpc === "string" ? [rpc] : configuredChain(config, chainId).rpc;
  return withReader({ chainId, rpc: urls, contracts: [] }, async (reader) => {
    const held = await heldBlock(client, chainId, target);
    if (held === undefined)
      throw new OperatorError(
        `we hold no hash of block ${target} or of any before it: name a later block, or read everything again with --rollback-to start`,
      );
    const shared = await sharedHeader(reader, held);
    if (shared !== undefined) return shared;
    const newest = await newestShared(client, chainId, reader, held.number);
    throw new OperatorError(
      `block ${held.number} of our history (${toHex(held.hash)}) is not the node's: ${newest === undefined ? "they share none that we hold; --rollback-to start reads everything again" : `the newest that both share is ${newest.number}`}`,
    );
  });
}

async function startOf(client: pg.ClientBase, chainId: bigint): Promise<bigint> {
  const { rows } = await client.query<{ contracts: { startBlock: number }[] }>(
    "SELECT contracts FROM chain WHERE chain_id = $1",
    [chainId],
  );
  const starts = (rows[0]?.contracts ?? []).map(({ startBlock }) => BigInt(startBlock));
  return starts.reduce((least, start) => (start < least ? start : least), starts[0] ?? 0n);
}
