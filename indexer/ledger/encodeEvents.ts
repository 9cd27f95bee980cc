import { BugError } from "../ops/errors.ts";
import type { TimedLog } from "../sync/attach.ts";
import type { Contracts } from "./batch.ts";
import { CopyBuffer } from "./copy.ts";
import { decodeLog } from "./decode.ts";
import { EventRows } from "./eventRows.ts";

/** The rows that the writer would make of logs, to be compared with those that are stored: numbered from 0. */
export function encodeEvents(contracts: Contracts, chainId: bigint, logs: readonly TimedLog[]): Buffer {
  const copy = new CopyBuffer(Math.max(1 << 12, logs.length * 640));
  const rows = new EventRows(copy, { chainId, seq: 0n, at: 0n });
  for (const [i, timed] of logs.entries()) {
    const contract = contracts.get(timed.log.address);
    if (contract === undefined) throw new BugError(`a log of ${timed.log.address}, which is not indexed`);
    rows.write(timed, contract.address, decodeLog(contract.name, timed.log), BigInt(i));
  }
  return copy.finish();
}
