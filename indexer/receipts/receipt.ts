import { TypedDataEncoder } from "ethers";
import { z } from "zod";

/**
 * A check, signed: who was asked about, what was answered, and up to which block of each chain it was known. EIP-712 typed data
 * of this server's own domain, which names no chain and no contract, because no contract is to act on it. Pure.
 *
 * Every field is there. An empty text, 0 or 32 zero bytes says that it was not asked for, or that there is none; docs/AUTHZEN.md
 * says which of them can be so. Integers are decimal text, since JSON has none beyond 53 bits.
 */

const text = z.string().max(1_000);
const integer = z.string().regex(/^(?:0|[1-9][0-9]{0,19})$/, "expected decimal digits");
const bytes32 = z.string().regex(/^0x[0-9a-f]{64}$/, "expected 0x and 64 lower-case hex digits");
const account = z.string().regex(/^0x[0-9a-fA-F]{40}$/, "expected an address");

export const SignedCheck = z.strictObject({
  question: z.strictObject({
    credential: bytes32,
    grantee: account,
    /** 0: of any purpose. */
    purpose: integer,
    use: text,
    chain: text,
    at: text,
    knownAt: text,
    atLeast: text,
    finality: text,
    maxLag: text,
    requireAnchor: z.boolean(),
  }),
  answer: z.strictObject({
    decision: text,
    state: text,
    reason: text,
    decidedBy: text,
    explanation: text,
    purpose: integer,
    /** Unix seconds; 0: does not change by itself. */
    validUntil: integer,
    /** The clock of the answer, milliseconds. */
    clock: integer,
    knownAt: z.string().max(100_000),
    /** When it was signed, unix seconds. */
    signedAt: integer,
  }),
  evaluatedAt: z
    .array(
      z.strictObject({
        chain: text,
        status: text,
        verification: text,
        time: integer,
        block: integer,
        /** Zero: no block is known. */
        blockHash: bytes32,
        finality: text,
      }),
    )
    .max(1_000),
});
export type SignedCheck = z.infer<typeof SignedCheck>;

const fields = (list: string): { name: string; type: string }[] =>
  list.split(",").map((field) => {
    const [type = "", name = ""] = field.split(" ");
    return { name, type };
  });

const DOMAIN = { name: "Grantledger check receipt", version: "1" } as const;
const TYPES = {
  CheckReceipt: fields("Question question,Answer answer,Evaluated[] evaluatedAt"),
  Question: fields(
    "bytes32 credential,address grantee,uint16 purpose,string use,string chain,string at,string knownAt,string atLeast,string finality,string maxLag,bool requireAnchor",
  ),
  Answer: fields(
    "string decision,string state,string reason,string decidedBy,string explanation,uint16 purpose,uint64 validUntil,uint64 clock,string knownAt,uint64 signedAt",
  ),
  Evaluated: fields(
    "string chain,string status,string verification,uint64 time,uint64 block,bytes32 blockHash,string finality",
  ),
};

/** The type as EIP-712 encodes it, for whoever verifies with other tools. */
export const RECEIPT_TYPE: string = TypedDataEncoder.from(TYPES).encodeType("CheckReceipt");

/** What is signed, 32 bytes as hex. @throws when a value does not fit its type. */
export const digestOf = (check: SignedCheck): string => TypedDataEncoder.hash(DOMAIN, TYPES, check);
