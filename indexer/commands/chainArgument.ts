import type pg from "pg";
import type { ChainConfig, Config } from "../config/config.ts";
import { caip2, parseChainId } from "../grants/caip.ts";
import { explain, OperatorError } from "../ops/errors.ts";
import { UsageError } from "./command.ts";

/** A chain as a person names it: `42161` or `eip155:42161`. */
export function chainArgument(text: string | undefined): bigint {
  try {
    return parseChainId(text ?? "");
  } catch (error) {
    throw new UsageError(`<chain>: ${explain(error)}`);
  }
}

/** A chain's row, as commands need it. */
export interface KnownChain {
  readonly status: "BACKFILL" | "LIVE" | "QUARANTINED" | "RETIRED";
  readonly quarantine: string | null;
  readonly indexed: bigint | null;
}

/** @throws OperatorError when the ledger does not have it. */
export async function readKnownChain(client: pg.ClientBase, chainId: bigint): Promise<KnownChain> {
  const { rows } = await client.query<Omit<KnownChain, "indexed"> & { indexed: string | null }>(
    "SELECT status::text, quarantine, indexed_number AS indexed FROM chain WHERE chain_id = $1",
    [chainId],
  );
  const [row] = rows;
  if (row === undefined)
    throw new OperatorError(
      `${caip2(chainId)} is not in this ledger: \`npm run ledger -- status\` lists those that are`,
    );
  return { ...row, indexed: row.indexed === null ? null : BigInt(row.indexed) };
}

/** @throws OperatorError when the configuration does not have it. */
export function configuredChain(config: Config, chainId: bigint): ChainConfig {
  const chain = config.chains.find((one) => one.chainId === chainId);
  if (chain === undefined)
    throw new OperatorError(`${caip2(chainId)} is not in the configuration, which names its RPC endpoints: add it`);
  return chain;
}
