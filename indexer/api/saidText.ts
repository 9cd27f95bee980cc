/** Text that a contract said, as people can read it. The ledger keeps the bytes. */

const utf8 = new TextDecoder("utf-8", { ignoreBOM: true });

/** UTF-8, with U+FFFD for what is none. Control characters stay: JSON can say them all. */
export const saidText = (bytes: Uint8Array): string => utf8.decode(bytes);

/** A legal entity identifier, null for the zero bytes that stand for none. */
export const leiText = (bytes: Uint8Array): string | null =>
  bytes.every((byte) => byte === 0) ? null : saidText(bytes);
