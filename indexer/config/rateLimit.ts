import { z } from "zod";

/** So many requests in so many seconds. */
export const rateLimit = z.strictObject({
  requests: z.int().min(1).max(10_000_000),
  seconds: z.int().min(1).max(3_600).default(1),
});
