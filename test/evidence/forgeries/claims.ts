import { altered, type Forgeries } from "./forging.ts";

/** The server's word, where it contradicts itself. */
export const CLAIMS_FORGERIES: Forgeries = {
  "a finality of what was dropped": [
    "CLAIMS",
    () =>
      altered(({ claims }) => {
        claims.retractedAt = "2026-11-26T01:02:03Z";
      }),
  ],
  "a place in the block before the one in the receipt": [
    "CLAIMS",
    () =>
      altered(({ claims }) => {
        claims.logIndexInBlock = 0;
      }),
  ],
  "since when it is verified, of what is not": [
    "CLAIMS",
    () =>
      altered(({ claims }) => {
        claims.verification = "LINKED";
        claims.verifiedAt = "2026-11-26T01:02:03Z";
      }),
  ],
};
