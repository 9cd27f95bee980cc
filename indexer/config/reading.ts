import { CHAINS } from "../../deploy/chains.ts";
import { ENCODINGS, type Encoding } from "../evidence/encodings.ts";
import { OperatorError } from "../ops/errors.ts";
import type { ConfigFile } from "./schema.ts";

/** How far a node's word was checked (docs/LEDGER.md), the least first. */
export const VERIFICATIONS = ["RANGED", "LINKED", "VERIFIED"] as const;
export type Verification = (typeof VERIFICATIONS)[number];

/** How a chain is read. */
export interface ReadingMode {
  readonly verification: Verification;
  /** How its headers and receipts are encoded, where that is proven; never undefined where the mode is VERIFIED. */
  readonly encoding: Encoding | undefined;
  /** Whether a bloom filter may excuse a block from its receipts: only on a chain whose filters are known to be right. */
  readonly trustBlooms: boolean;
}

/** Two endpoints behind one host are no two opinions. */
export const hostOf = (endpoint: string | { readonly url: string }): string =>
  new URL(typeof endpoint === "string" ? endpoint : endpoint.url).host;

type ChainEntry = Pick<ConfigFile["chains"][number], "chainId" | "verification" | "receipts" | "rpc">;

/**
 * The mode that is asked for, else the highest that the chain allows.
 * @throws OperatorError when the chain does not allow it.
 */
export function readingOf({ chainId, verification, receipts, rpc }: ChainEntry): ReadingMode {
  const record = CHAINS.find((chain) => BigInt(chain.chainId) === chainId);
  if (record !== undefined && receipts !== undefined && receipts !== record.receipts)
    throw new OperatorError(
      `its receipts are ${JSON.stringify(record.receipts)} in deploy/chains.ts and ${JSON.stringify(receipts)} in the configuration: remove one of them`,
    );
  const encoding = ENCODINGS.find((one) => one === (receipts ?? record?.receipts));
  const mode = {
    verification: verification?.toUpperCase() as Verification | undefined,
    encoding,
    trustBlooms: record?.blooms === "right",
  };
  if (mode.verification === "VERIFIED" && encoding === undefined)
    throw new OperatorError(
      record === undefined
        ? `verification is "verified", and how its receipts are encoded is not known: set receipts to ${ENCODINGS.map((one) => JSON.stringify(one)).join(" or ")} if they are encoded like theirs, or verification to "linked"`
        : `verification is "verified", and the encoding of its receipts (${JSON.stringify(record.receipts)}) is not proven here, as that of ${ENCODINGS.join(" and ")} is: set verification to "linked"`,
    );
  if (mode.verification === "RANGED" && new Set(rpc.map(hostOf)).size < 2)
    throw new OperatorError(
      'verification is "ranged", which compares two endpoints, and rpc names fewer than two hosts: add one, or set verification to "linked"',
    );
  return { ...mode, verification: mode.verification ?? (encoding === undefined ? "LINKED" : "VERIFIED") };
}
