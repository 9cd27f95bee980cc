import { z } from "zod";

/** A URL with one of these protocols. May hold a key: explainIssues (schema.ts) shows none. */
export const url = (protocols: readonly string[]) =>
  z.string().refine((text) => URL.canParse(text) && protocols.includes(new URL(text).protocol), {
    // Marks the value as one that may hold a key; see explainIssues.
    params: { secret: true },
    message: `expected a URL with ${protocols.map((protocol) => `${protocol}//`).join(" or ")}`,
  });

export const DATABASE_PROTOCOLS = ["postgres:", "postgresql:"] as const;
