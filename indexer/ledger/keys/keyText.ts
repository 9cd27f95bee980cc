import { createHash, randomBytes } from "node:crypto";

/**
 * The text of a key: a prefix, by which scanners find one that was published by mistake, and 256 random bits.
 *
 * At rest there is its SHA-256. What makes password hashes slow and salted is that passwords are guessed: 256 random bits are
 * not, and no two keys are the same. So a slow hash would protect nothing and cost every request; docs/KEYS.md.
 */

const PREFIX = "grantledger_";
const KEY = /^grantledger_[A-Za-z0-9_-]{43}$/;

export const makeKey = (): string => `${PREFIX}${randomBytes(32).toString("base64url")}`;

/** Of the text as it is: another text of the same bits is another key, which nobody has. */
export const hashKey = (key: string): Buffer => createHash("sha256").update(key, "utf8").digest();

/** Whether a text has the form of a key at all. */
export const isKey = (text: string): boolean => KEY.test(text);
