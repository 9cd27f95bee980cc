import proxyaddr from "proxy-addr";
import { z } from "zod";
import { rateLimit } from "./rateLimit.ts";

/** Who may reach the API, and how often: docs/OPERATORS.md. Everything is closed, and nothing counted, without it. */

const isOrigin = (text: string): boolean =>
  !text.includes("*") &&
  URL.canParse(text) &&
  ["http:", "https:"].includes(new URL(text).protocol) &&
  new URL(text).origin === text;

const isNetwork = (text: string): boolean => {
  try {
    proxyaddr.compile([text]);
    return true;
  } catch {
    return false;
  }
};

export const doorFields = {
  /** Pages of these origins may read answers in a browser. */
  allowedOrigins: z
    .array(z.string().refine(isOrigin, 'expected an origin such as "https://app.example", without a path'))
    .max(100)
    .optional(),
  /** Proxies in front of the API, whose X-Forwarded-For is believed. */
  trustedProxies: z
    .array(
      z.string().refine(isNetwork, 'expected an address, a network such as "10.0.0.0/8", "loopback" or "uniquelocal"'),
    )
    .max(100)
    .optional(),
  /** So many requests of one address (IPv6: of one /64) in so many seconds. */
  rateLimit: rateLimit.optional(),
  /** Operations that are known by an id: a folder of .graphql files, or a JSON file of ids and texts. */
  operations: z
    .strictObject({
      path: z.string().min(1),
      /** Whether nothing else is answered. */
      only: z.boolean().default(false),
    })
    .optional(),
};
