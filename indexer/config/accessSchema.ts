import { z } from "zod";
import { rateLimit } from "./rateLimit.ts";
import { DATABASE_PROTOCOLS, url } from "./url.ts";

/** Who may ask the API, and whether that is recorded: docs/KEYS.md. Without it everybody may, and nothing is. */
export const accessSection = z
  .strictObject({
    /** Whether a key must be shown. */
    keys: z.boolean().default(false),
    /** Whether every question is recorded before it is answered. */
    log: z.boolean().default(false),
    /** The database as a role that can do nothing but add to the log; the indexer's own role without it. */
    logUrl: url(DATABASE_PROTOCOLS).optional(),
    /** So many requests with one key in so many seconds, from whatever addresses; api.rateLimit does not count them then. */
    rateLimit: rateLimit.optional(),
  })
  .prefault({})
  .superRefine(({ keys, log, logUrl, rateLimit: limit }, context) => {
    if (log && !keys)
      context.addIssue({
        code: "custom",
        path: ["log"],
        input: log,
        message: "expected access.keys to be true as well, since the log says whose question it was",
      });
    if (limit !== undefined && !keys)
      context.addIssue({
        code: "custom",
        path: ["rateLimit"],
        input: limit,
        message:
          "expected access.keys to be true as well, since it counts requests by their key; api.rateLimit counts by address",
      });
    if (logUrl !== undefined && !log)
      context.addIssue({
        code: "custom",
        path: ["logUrl"],
        input: logUrl,
        message: "expected access.log to be true, without which it has no effect",
      });
  });

export type AccessConfig = z.output<typeof accessSection>;
