import { recoverAddress, Signature } from "ethers";
import { z } from "zod";
import { digestOf, SignedCheck } from "./receipt.ts";

/** Whether a receipt is what a key signed. Pure: no network, none of our state. */

const Receipt = SignedCheck.extend({
  signer: z.string().regex(/^0x[0-9a-fA-F]{40}$/, "expected an address"),
  signature: z
    .string()
    .regex(/^0x[0-9a-f]{128}(?:1b|1c)$/, "expected 0x, 64 bytes as lower-case hex digits, and 1b or 1c"),
});
export type Receipt = z.infer<typeof Receipt>;

export const RECEIPT_FAULTS = ["NOT_JSON", "NOT_A_RECEIPT", "BAD_SIGNATURE", "OTHER_SIGNER"] as const;

/** Why it is none. */
export class ReceiptError extends Error {
  override readonly name = "ReceiptError";
  readonly fault: (typeof RECEIPT_FAULTS)[number];

  constructor(fault: (typeof RECEIPT_FAULTS)[number], message: string) {
    super(message);
    this.fault = fault;
  }
}

/**
 * @param document of a receipt, as JSON was read.
 * @param expected whose signature it has to be; without it all that is known is that `signer` signed, whoever that is.
 * @returns the receipt, every field of which is signed.
 * @throws ReceiptError
 */
export function verifyReceipt(document: unknown, expected?: string): Receipt {
  const result = Receipt.safeParse(document);
  if (!result.success) {
    const [issue] = result.error.issues;
    throw new ReceiptError("NOT_A_RECEIPT", `${issue?.path.join(".") || "the whole"}: ${issue?.message}`);
  }
  const { signer, signature, ...check } = result.data;
  const found = signerOf(check, signature);
  // Nobody's address is nobody's.
  if (found === undefined || found.toLowerCase() !== signer.toLowerCase())
    throw new ReceiptError("BAD_SIGNATURE", "the signature is not that of the signer over what the receipt says");
  if (expected !== undefined && found.toLowerCase() !== expected.toLowerCase())
    throw new ReceiptError("OTHER_SIGNER", `it was signed by ${found}, expected ${expected}`);
  return result.data;
}

function signerOf(check: SignedCheck, signature: string): string | undefined {
  try {
    // Refuses the second signature that every signature has, with the other half of s.
    return recoverAddress(digestOf(check), Signature.from(signature));
  } catch {
    return undefined;
  }
}

/**
 * The document of a text, if it says one thing only. Of a name that stands twice in an object every reader takes another one, so
 * that a text could show one person what it does not show to the next.
 * @throws ReceiptError
 */
export function parseReceipt(json: string): unknown {
  let document: unknown;
  let once: boolean;
  try {
    document = JSON.parse(json);
    const written = json.replaceAll(/"(?:[^"\\]|\\.)*"|\s+/g, (token) =>
      token.startsWith('"') ? JSON.stringify(JSON.parse(token)) : "",
    );
    once = JSON.stringify(document) === written;
  } catch {
    throw new ReceiptError("NOT_JSON", "it is not JSON");
  }
  if (!once)
    throw new ReceiptError("NOT_JSON", "it has a name twice in one object, or a number written in an unusual way");
  return document;
}
