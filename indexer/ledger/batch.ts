import { toAddress } from "../grants/bytes.ts";
import type { TimedLog } from "../sync/attach.ts";
import { GrantChanges } from "./changes.ts";
import { CopyBuffer } from "./copy.ts";
import { decodeLog, hexBytes } from "./decode.ts";
import { type Learned, writeEventRow } from "./eventRows.ts";
import { writeChangedRow, writeCreatedRow } from "./grantRows.ts";

/** Logs as the rows they become, ready for COPY. */
export interface Batch {
  readonly events: Buffer;
  /** Rows of grants that begin, and of grants that were there before; undefined when there are none. */
  readonly created: Buffer | undefined;
  readonly changed: Buffer | undefined;
  readonly changedCount: number;
}

/**
 * Decodes logs, once each, into the rows of `event` and of `access_grant`.
 * @param first chain, `seq` of the first event (the others follow without gaps) and when we learned of them.
 * @throws HiddenEventError when a grant's changes are not complete in themselves.
 */
export function encodeBatch(logs: readonly TimedLog[], first: Learned): Batch {
  const events = new CopyBuffer(Math.max(1 << 12, logs.length * 640));
  const changes = new GrantChanges();
  const { chainId, at } = first;
  let { seq } = first;
  for (const timed of logs) {
    const event = decodeLog(timed.log);
    const contract = toAddress(hexBytes([timed.log.address]));
    writeEventRow(events, timed, contract, event, { chainId, seq, at });
    if (event.kind !== "UNDECODED") changes.add(timed, event, contract, seq);
    seq++;
  }
  const changed = changes.changed();
  return {
    events: events.finish(),
    created: rows(changes.created(), (copy, change) => writeCreatedRow(copy, chainId, change)),
    changed: rows(changed, (copy, change) => writeChangedRow(copy, chainId, change)),
    changedCount: changed.length,
  };
}

function rows<T>(items: readonly T[], write: (copy: CopyBuffer, item: T) => void): Buffer | undefined {
  if (items.length === 0) return undefined;
  const copy = new CopyBuffer(Math.max(1 << 12, items.length * 480));
  for (const item of items) write(copy, item);
  return copy.finish();
}
