import { EvidenceError } from "./errors.ts";
import { type FieldKind, HEADER_FIELDS, OLDEST_HEADER } from "./header.ts";
import { dataOf, decodeRlp, listOf, quantityOf, type RlpItem } from "./rlpItem.ts";

/** Numbers that are counted and compared: nothing real comes near 63 bits. */
const COUNTED = new Set(["number", "timestamp", "gasLimit", "gasUsed", "slotNumber"]);
const COUNTED_BYTES = 8;

/**
 * The fields of a header from its RLP, as `eth_getBlockBy…` gives them: the inverse of `encodeHeader`.
 * @throws EvidenceError when it is not RLP of just such a header.
 */
export function decodeHeader(rlp: Uint8Array): Record<string, string> {
  const items = listOf(decodeRlp(rlp, "the header"), "the header");
  if (items.length < OLDEST_HEADER || items.length > HEADER_FIELDS.length)
    throw new EvidenceError(
      `a header has ${OLDEST_HEADER} to ${HEADER_FIELDS.length} fields that are known here, this one ${items.length}`,
    );
  const fields: Record<string, string> = {};
  for (const [i, item] of items.entries()) {
    const [name, kind] = HEADER_FIELDS[i] as (typeof HEADER_FIELDS)[number];
    fields[name] = decodeField(item, name, kind);
  }
  return fields;
}

function decodeField(item: RlpItem, name: string, kind: FieldKind): string {
  if (kind === "quantity") return quantityOf(item, name, COUNTED.has(name) ? COUNTED_BYTES : undefined);
  return dataOf(item, name, kind === "data" ? undefined : kind);
}
