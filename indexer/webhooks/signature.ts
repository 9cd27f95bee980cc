import { createHmac } from "node:crypto";

/** Standard Webhooks (https://github.com/standard-webhooks/standard-webhooks), symmetric: what receivers' libraries verify. */

/** Bytes of a secret; the specification asks for 24 to 64. */
export const SECRET_BYTES = 32;

/** A secret as its receiver is given it. */
export const secretText = (secret: Uint8Array): string => `whsec_${Buffer.from(secret).toString("base64")}`;

/** @param timestamp unix seconds of this attempt: receivers refuse what is too old to be anything but replayed. */
export function signedHeaders(secret: Uint8Array, id: string, timestamp: bigint, body: string): Record<string, string> {
  const signature = createHmac("sha256", secret).update(`${id}.${timestamp}.${body}`).digest("base64");
  return {
    "webhook-id": id,
    "webhook-timestamp": timestamp.toString(),
    "webhook-signature": `v1,${signature}`,
  };
}
