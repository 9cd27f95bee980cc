import type pg from "pg";
import type { IndexedContract } from "../config/config.ts";
import type { ReadingMode } from "../config/reading.ts";
import type { ContractName } from "../config/schema.ts";
import { toHex } from "../grants/bytes.ts";
import { parseAddress } from "../grants/caip.ts";
import { BugError, OperatorError } from "../ops/errors.ts";
import { type Cursor, readCursor, timestamptz } from "./cursor.ts";
import { REGISTER_SQL } from "./knowledge.ts";

/** What makes a chain's part of the ledger the one that is meant. */
export interface ChainIdentity {
  readonly chainId: bigint;
  readonly name: string;
  readonly contracts: readonly IndexedContract[];
  readonly reading: Pick<ReadingMode, "verification">;
}

/**
 * Makes the row of a chain unless it is there, and reads where the chain stands. By whoever holds the chain's lock.
 * @param now microseconds since the unix epoch.
 * @throws OperatorError when the ledger was filled for other contracts: their history would be missing unnoticed.
 *   Nothing is written then, the name and the label of the chain included.
 */
export async function registerChain(client: pg.ClientBase, options: ChainIdentity, now: bigint): Promise<Cursor> {
  const contracts = options.contracts.map(({ name, address, startBlock }) => ({
    name,
    address: toHex(address),
    startBlock: Number(startBlock),
  }));
  const before = await readCursor(client, options.chainId);
  if (before !== undefined) refuseOthers(options.chainId, before.contracts as StoredContract[], contracts);
  await client.query(REGISTER_SQL, [
    ...[options.chainId, options.name, JSON.stringify(contracts), timestamptz(now)],
    options.reading.verification,
  ]);
  const cursor = await readCursor(client, options.chainId);
  if (cursor === undefined) throw new BugError(`chain ${options.chainId} was just written and is not there`);
  return cursor;
}

/** History that begins later than asked for would be missing without anybody noticing; one that begins earlier is all there. */
function refuseOthers(chainId: bigint, stored: readonly StoredContract[], contracts: readonly StoredContract[]): void {
  const covered =
    stored.length === contracts.length &&
    contracts.every((wanted) =>
      stored.some(
        (had) => had.name === wanted.name && had.address === wanted.address && had.startBlock <= wanted.startBlock,
      ),
    );
  if (!covered)
    throw new OperatorError(
      `chain ${chainId}: the ledger holds the history of ${JSON.stringify(stored)}, the configuration names ${JSON.stringify(contracts)}: restore the configuration; or use another database, let it be filled from the start beside this one, and change over when it is live`,
    );
}

/** A contract as the row of its chain names it. */
export interface StoredContract {
  readonly name: ContractName;
  readonly address: string;
  readonly startBlock: number;
}

export const storedContracts = (stored: readonly StoredContract[]): IndexedContract[] =>
  stored.map(({ name, address, startBlock }) => ({
    name,
    address: parseAddress(address),
    startBlock: BigInt(startBlock),
  }));
