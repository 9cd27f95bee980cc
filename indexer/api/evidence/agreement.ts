import type { ReceiptLog } from "../../evidence/decodeReceipt.ts";
import { sameBytes } from "../../grants/bytes.ts";
import { packRecord } from "../../grants/record.ts";
import { decodeLog, hexBytes } from "../../ledger/decode.ts";
import { GrantEvent } from "../../ledger/decodeGrant.ts";
import type { EventFacts } from "../read/event.ts";

/** Whether a log that was proven is, byte for byte, what the ledger holds as this event. */
export function isTheLog(event: EventFacts, log: ReceiptLog): boolean {
  if (event.raw !== null)
    return sameBytes(hexBytes(log.topics), event.raw.topics) && sameBytes(hexBytes([log.data]), event.raw.data);
  // Only kinds of AccessGrants whose columns hold every byte are kept without their bytes.
  const said = decodeLog("AccessGrants", { topics: log.topics, data: log.data });
  return said instanceof GrantEvent && said.kind === event.kind && sameColumns(said, event);
}

function sameColumns(said: GrantEvent, event: EventFacts): boolean {
  const bytes = [
    [said.credential, event.credential],
    [said.holder, event.holder],
    [said.grantee, event.grantee],
    [said.issuer, event.issuer],
    [said.seal, event.seal],
    [said.record, event.record && packRecord(event.record)],
    [said.context ?? null, event.context],
  ] as const;
  return (
    bytes.every(([a, b]) => (a === null || b === null ? a === b : sameBytes(a, b))) &&
    said.purpose === event.purpose &&
    (said.legalBasis ?? null) === event.legalBasis &&
    (said.reason ?? null) === event.reason
  );
}
