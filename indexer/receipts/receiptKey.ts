import { computeAddress, SigningKey } from "ethers";
import { digestOf, type SignedCheck } from "./receipt.ts";
import type { Receipt } from "./verify.ts";

/** The key that signs answers. Nothing that shows this object shows the key. */
export class ReceiptKey {
  readonly #key: SigningKey;
  /** Of its account, checksummed. */
  readonly address: string;

  /** @param hex 32 bytes, with or without 0x. @throws RangeError which does not say what was given. */
  constructor(hex: string) {
    if (!/^(?:0x)?[0-9a-fA-F]{64}$/.test(hex)) throw new RangeError("expected 64 hex digits");
    try {
      this.#key = new SigningKey(hex.startsWith("0x") ? hex : `0x${hex}`);
      this.address = computeAddress(this.#key);
    } catch {
      throw new RangeError(
        "expected a private key of secp256k1, which is more than 0 and less than the order of the group",
      );
    }
  }

  /** The check with the signature over all of it. Takes about a millisecond. */
  sign(check: SignedCheck): Receipt {
    return { ...check, signer: this.address, signature: this.#key.sign(digestOf(check)).serialized };
  }
}
