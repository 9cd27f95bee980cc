import { type Bundle, digestOf } from "../../../indexer/evidence/bundle.ts";
import { decodeHeader } from "../../../indexer/evidence/decodeHeader.ts";
import { HEADER_FIELDS } from "../../../indexer/evidence/header.ts";
import { keccak256 } from "../../../indexer/evidence/keccak.ts";
import type { Reason } from "../../../indexer/evidence/rejection.ts";
import { rlpList, rlpString } from "../../../indexer/evidence/rlpDigits.ts";
import { listProof, listRoot } from "../../../indexer/evidence/trie.ts";
import { toHex } from "../../../indexer/grants/bytes.ts";
import { bundleOf, goodBlock, goodBundle, goodReceipts, type Made, makeBlock, PLACE, textOf } from "../madeBlock.ts";

/**
 * Forged evidence. Whoever forges knows the format and seals what he made, and where it says so he made up a whole block, whose
 * hashes fit. Each kind is refused for its own reason.
 */

export type Draft = { -readonly [K in keyof Bundle]: Bundle[K] };
type Forgery = Uint8Array | readonly Uint8Array[];

/** By what is forged: the reason for which it is refused, and one or several of the kind. */
export type Forgeries = Readonly<Record<string, readonly [Reason, () => Forgery]>>;

export const GOOD = goodBundle();
export const GOOD_TEXT = JSON.stringify(GOOD);

const seal = (draft: Draft): Uint8Array => textOf({ ...draft, digest: digestOf(draft) });

/** The good bundle with a change, sealed again. */
export function altered(change: (draft: Draft) => void): Uint8Array {
  const draft = structuredClone(GOOD) as Draft;
  change(draft);
  return seal(draft);
}

/** Evidence out of a block that the forger made. */
export const invented = (made: Partial<Made>, change: (draft: Draft) => void = () => {}): Uint8Array => {
  const draft = structuredClone(
    bundleOf(makeBlock({ receipts: goodReceipts(), ...made }), PLACE.receipt, PLACE.log),
  ) as Draft;
  change(draft);
  return seal(draft);
};

/** Another header, with the hash that it has. */
export const rehashed = (rlp: string): Uint8Array =>
  altered(({ block }) => {
    block.rlp = rlp;
    block.hash = toHex(keccak256(Buffer.from(rlp.slice(2), "hex")));
  });

export const text = (value: string): Uint8Array => new TextEncoder().encode(value);
export const otherDigit = (hex: string): string => hex.slice(0, -1) + (hex.endsWith("1") ? "2" : "1");
const bytesOf = (hex: string): Uint8Array => Buffer.from(hex.slice(2), "hex");
export const items = (change: (fields: string[]) => string[]): string =>
  `0x${rlpList(change(encodedFields()).join(""))}`;

/** The fields of the good header, each encoded. */
export function encodedFields(): string[] {
  return HEADER_FIELDS.flatMap(([name, kind]) => {
    const value = GOOD.block.header[name];
    if (value === undefined) return [];
    const digits = value.slice(2);
    if (kind !== "quantity") return [rlpString(digits)];
    return [rlpString(digits === "0" ? "" : digits.length % 2 === 0 ? digits : `0${digits}`)];
  });
}

/** Each place below `at` that holds text, with what it holds. */
export function* textsOf(
  value: unknown,
  path: readonly (string | number)[] = [],
): Generator<readonly (string | number)[]> {
  if (typeof value === "string") yield path;
  else if (typeof value === "object" && value !== null)
    for (const [key, inner] of Object.entries(value)) yield* textsOf(inner, [...path, key]);
}

export const set = (target: unknown, path: readonly (string | number)[], value: unknown): void => {
  const parent = path.slice(0, -1).reduce((at, key) => (at as Record<string | number, unknown>)[key], target);
  (parent as Record<string | number, unknown>)[path.at(-1) as string] = value;
};

export function proofOf(index: number): string[] {
  return listProof(goodBlock().receipts, index).map((node) => `0x${node}`);
}
export function goodReceipt(): string {
  return goodBlock().receipts[PLACE.receipt] ?? "";
}
function hashOf(digits: string): string {
  return toHex(keccak256(bytesOf(`0x${digits}`)));
}

/** A block that holds these bytes in the place of our receipt, and evidence of it that is otherwise right. */
export function madeUp(receipt: string): Uint8Array {
  const block = makeBlock({ receipts: goodReceipts(), raw: new Map([[PLACE.receipt, receipt]]) });
  const rlp = `0x${block.header}`;
  return altered((draft) => {
    Object.assign(draft.block, { hash: block.hash, rlp, header: decodeHeader(bytesOf(rlp)) });
    const proof = listProof(block.receipts, PLACE.receipt).map((node) => `0x${node}`);
    Object.assign(draft.receipt, { rlp: `0x${receipt}`, proof });
  });
}

/** A trie of our receipt alone, which is a leaf. */
export function leafOf(flag: "20" | "40"): string {
  return rlpList(rlpString(`${flag}8183`) + rlpString(goodReceipt()));
}

export const withRoot = (node: string): Uint8Array =>
  invented({ header: { receiptsRoot: hashOf(node) } }, ({ receipt }) => {
    receipt.proof = [`0x${node}`];
  });

/** A block with these bytes in the place of our transaction. */
export function madeUpTransaction(digits: string): Uint8Array {
  const transactions = (goodBlock().transactions ?? []).with(PLACE.receipt, digits);
  return invented({ header: { transactionsRoot: `0x${listRoot(transactions)}` } }, ({ transaction, claims }) => {
    if (transaction === null) return;
    transaction.rlp = `0x${digits}`;
    transaction.proof = listProof(transactions, PLACE.receipt).map((node) => `0x${node}`);
    transaction.hash = hashOf(digits);
    claims.transactionHash = transaction.hash;
  });
}
