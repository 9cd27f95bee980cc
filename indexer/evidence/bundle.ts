import { z } from "zod";
import { toHex } from "../grants/bytes.ts";
import { CREDENTIAL_RECORD_FIELDS } from "../grants/credentialRecord.ts";
import { RECORD_FIELDS } from "../grants/record.ts";
import { SUITE_CONTRACTS } from "./contractEvents.ts";
import { ENCODINGS } from "./encodings.ts";
import { HEADER_FIELDS, OLDEST_HEADER } from "./header.ts";
import { keccak256 } from "./keccak.ts";

/**
 * Evidence of one event as JSON: everything that is needed to check that the block with this hash holds it, without a
 * network and without us. docs/EVIDENCE.md says what each part is and which of them prove something.
 */

export const FORMAT = "grantledger-evidence";
export const VERSION = 1;

const hex = (bytes: number) =>
  z.string().regex(new RegExp(`^0x[0-9a-f]{${2 * bytes}}$`), `expected ${bytes} bytes as 0x and lower-case hex`);
const bytes = z.string().regex(/^0x(?:[0-9a-f]{2})*$/, "expected bytes as 0x and lower-case hex");
const hash = hex(32);
const address = hex(20);
const decimal = z.string().regex(/^(?:0|[1-9][0-9]{0,18})$/, "expected a decimal number below 10^19");
const quantity = z.string().regex(/^0x(?:0|[1-9a-f][0-9a-f]{0,63})$/, "expected a hex quantity");
const index = z
  .int()
  .min(0)
  .max(2 ** 31 - 1);
const moment = z
  .string()
  .regex(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,6})?Z$/, "expected a moment as 2026-03-04T12:00:00Z");
const chain = z.string().regex(/^eip155:[1-9][0-9]{0,18}$/, "expected a chain as eip155:<number>");
const account = z.string().regex(/^eip155:[1-9][0-9]{0,18}:0x[0-9a-f]{40}$/, "expected eip155:<number>:0x<40 digits>");
const word = z.string().regex(/^[A-Za-z0-9_]{1,60}$/, "expected a name");

const headerFields = Object.fromEntries(
  HEADER_FIELDS.map(([name, kind], i) => {
    const field = kind === "quantity" ? quantity : kind === "data" ? bytes : hex(kind);
    return [name, i < OLDEST_HEADER ? field : field.optional()];
  }),
);

const recordOf = (fields: object) =>
  z.strictObject(Object.fromEntries(Object.keys(fields).map((name) => [name, decimal])));

/** What a deployment record says of the contract. */
const creation = z.strictObject({
  /** With salt and hash of the creation code it decides the address (EIP-1014). */
  deployer: address,
  salt: hash,
  initCodeHash: hash,
  /** Of the code at the address. */
  codeHash: hash,
  /** keccak256 of the ABI as JSON without spaces. */
  abiHash: hash,
});

export const bundleSchema = z.strictObject({
  format: z.literal(FORMAT),
  version: z.literal(VERSION),
  chain,
  /** How its headers and receipts are encoded. */
  encoding: z.enum(ENCODINGS),
  block: z.strictObject({
    hash,
    number: decimal,
    /** Unix seconds. */
    time: decimal,
    header: z.strictObject(headerFields),
    rlp: bytes,
  }),
  receipt: z.strictObject({
    /** Of its transaction in the block, from 0. */
    index,
    type: quantity,
    /** As in the trie: the type's byte, then RLP. */
    rlp: bytes,
    /** Nodes of the receipts trie from the root to the receipt. */
    proof: z.array(bytes).min(1).max(16),
  }),
  /** null where the node does not give its block's transactions in a form that is known here. */
  transaction: z
    .strictObject({
      hash,
      /** The chain in its signature; null of one that could be of any: a deposit, or from before EIP-155. */
      signedFor: chain.nullable(),
      /** As in the trie; at the receipt's place. */
      rlp: bytes,
      proof: z.array(bytes).min(1).max(16),
    })
    .nullable(),
  log: z.strictObject({
    /** Place in the receipt, from 0. */
    index,
    address,
    topics: z.array(hash).max(4),
    data: bytes,
  }),
  contract: z.strictObject({
    name: z.enum(SUITE_CONTRACTS),
    account,
    /** null where the contract was configured without a record. */
    creation: creation.nullable(),
  }),
  event: z.strictObject({
    kind: word,
    signature: z.string().max(400).nullable(),
    topic: hash.nullable(),
    fields: z.array(z.strictObject({ name: word, type: word, value: z.string() })).max(40),
    record: z.union([recordOf(RECORD_FIELDS), recordOf(CREDENTIAL_RECORD_FIELDS)]).nullable(),
  }),
  /** The word of whoever made the bundle: nothing here is proven. */
  claims: z.strictObject({
    /** Proven where `transaction` is there. */
    transactionHash: hash,
    logIndexInBlock: index,
    sequenceNumber: decimal,
    verification: z.enum(["RANGED", "LINKED", "VERIFIED"]),
    verifiedAt: moment.nullable(),
    finality: z.enum(["LATEST", "SAFE", "FINALIZED"]).nullable(),
    learnedAt: moment,
    retractedAt: moment.nullable(),
    /** When all of this was so. */
    statedAt: moment,
  }),
  /** keccak256 of all the rest, see {@link digestOf}. Shows damage; whoever forges a bundle forges it too. */
  digest: hash,
});

export type Bundle = z.output<typeof bundleSchema>;
export type Claims = Bundle["claims"];
export type Creation = z.output<typeof creation>;

/** keccak256 of the bundle without its digest: JSON without spaces, keys in the order of the schema. */
export function digestOf({ digest: _, ...rest }: Bundle): `0x${string}` {
  return toHex(keccak256(new TextEncoder().encode(JSON.stringify(rest))));
}

/** The same bundle with the digest that it must have. */
export function sealed(bundle: Omit<Bundle, "digest">): Bundle {
  const inOrder = bundleSchema.parse({ ...bundle, digest: `0x${"00".repeat(32)}` });
  return { ...inOrder, digest: digestOf(inOrder) };
}
