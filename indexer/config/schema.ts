import { z } from "zod";
import { ENCODINGS } from "../evidence/encodings.ts";
import { type Address, quote } from "../grants/bytes.ts";
import { parseAddress, parseChainId } from "../grants/caip.ts";
import { LOG_LEVELS, LOG_ROOMS } from "../ops/log.ts";
import { accessSection } from "./accessSchema.ts";
import { doorFields } from "./doorSchema.ts";
import { DATABASE_PROTOCOLS, url } from "./url.ts";

/**
 * What a configuration file may hold (grantledger.config.example.json shows one). Unknown keys are errors: a mistyped
 * option must not be silently without effect.
 */

const parsed = <T>(expected: string, parse: (text: string) => T) =>
  z.union([z.string(), z.number()], { error: `expected ${expected}` }).transform((value, context) => {
    try {
      return parse(String(value));
    } catch (error) {
      context.issues.push({
        code: "custom",
        input: value,
        // What was given is added by explainIssues, which knows what not to show.
        message: `expected ${expected}: ${(error as Error).message.replace(/, got ".*"$/s, "")}`,
      });
      return z.NEVER;
    }
  });

/** Its parts are joined with paths, so it ends without a slash, and what a path cannot follow is refused. */
const publicUrl = z
  .string()
  .refine(
    (text) => URL.canParse(text) && /^https?:\/\/[^/?#@]+(?:\/[^?#]*)?$/.test(text),
    "expected a URL with https:// or http://, without user, query and fragment",
  )
  .transform((text) => text.replace(/\/+$/, ""));

const port = z.int().min(0).max(65_535);

/** The contracts whose events we know. */
export const CONTRACT_NAMES = ["AccessGrants", "CredentialRegistry", "EntityRegistry", "AccessManager"] as const;
export type ContractName = (typeof CONTRACT_NAMES)[number];

const contract = z.strictObject({
  name: z.enum(CONTRACT_NAMES),
  address: parsed<Address>("an address", parseAddress),
  startBlock: z.int().min(0).transform(BigInt),
});

const RPC_PROTOCOLS = ["http:", "https:", "ws:", "wss:"] as const;

/** A URL alone, or with what is known of the server behind it. */
const rpcEndpoint = z.union(
  [
    url(RPC_PROTOCOLS),
    z.strictObject({
      url: url(RPC_PROTOCOLS),
      /** For logs and metrics, instead of the host. */
      name: z.string().min(1).max(60).optional(),
      /** Calls in one batch, where the plan allows more or fewer than the usual 100. */
      maxBatch: z.int().min(1).max(5_000).optional(),
      /** What the plan allows, each call of a batch counted. */
      maxCallsPerSecond: z.number().min(0.1).max(100_000).optional(),
    }),
  ],
  { error: "expected a URL, or an object with a url" },
);

export const chainEntry = z
  .strictObject({
    chainId: parsed("a chain id such as 42161 or eip155:42161", parseChainId),
    name: z.string().min(1).max(60).optional(),
    rpc: z.array(rpcEndpoint).min(1),
    /** So many endpoints have to agree on the head, on finality and on a reorg. */
    quorum: z.int().min(1).default(1),
    pollIntervalMs: z.int().min(10).max(600_000).default(1_000),
    /** How far the nodes' word is checked. Default: the most that the chain allows. */
    verification: z.enum(["verified", "linked", "ranged"]).optional(),
    /** How receipts are encoded, for a chain that is not in deploy/chains.ts. */
    receipts: z.enum(ENCODINGS).optional(),
    /** Default: those of deploy/deployments/<chainId>.json. */
    contracts: z.array(contract).min(1).optional(),
  })
  .superRefine(({ rpc, quorum }, context) => {
    if (rpc.length > 0 && quorum > rpc.length)
      context.addIssue({
        code: "custom",
        path: ["quorum"],
        input: quorum,
        message: `expected no more than there are endpoints (${rpc.length})`,
      });
  });

const logLevel = z.enum(LOG_LEVELS);
const optionalLevel = logLevel.optional();
const roomLevels = Object.fromEntries(LOG_ROOMS.map((room) => [room, optionalLevel])) as Record<
  (typeof LOG_ROOMS)[number],
  typeof optionalLevel
>;

export const configFile = z.strictObject({
  $schema: z.string().optional(),
  database: z
    .strictObject({
      url: url(DATABASE_PROTOCOLS),
      /** What the API reads from instead: as a role that can only read, or from a replica, which may lag. */
      readUrl: url(DATABASE_PROTOCOLS).optional(),
    })
    .optional(),
  chains: z
    .array(chainEntry)
    .default([])
    .superRefine((chains, context) => {
      const seen = new Set<bigint>();
      for (const [i, { chainId }] of chains.entries()) {
        if (seen.has(chainId))
          context.addIssue({
            code: "custom",
            path: [i, "chainId"],
            input: chainId,
            message: "expected each chain once",
          });
        seen.add(chainId);
      }
    }),
  api: z
    .strictObject({
      host: z.string().min(1).default("127.0.0.1"),
      port: port.default(4000),
      /** GraphiQL and introspection, for people who explore. */
      explore: z.boolean().default(false),
      /** A chain whose node has not confirmed its head for so long answers INDETERMINATE. */
      maxStalenessSeconds: z.int().min(1).max(86_400).default(60),
      ...doorFields,
      /** Where callers reach the API, as their side of a proxy has it. */
      publicUrl: publicUrl.optional(),
    })
    .prefault({}),
  access: accessSection,
  /** Where Prometheus finds the metrics; nowhere without it. Not the API's port: they are the operator's alone. */
  metrics: z.strictObject({ host: z.string().min(1).default("127.0.0.1"), port }).optional(),
  /** Nothing is sent without it. */
  webhooks: z
    .strictObject({
      /** Under which the secrets of webhooks are kept. */
      key: z
        .string()
        .refine((text) => /^[A-Za-z0-9+/]{43}=$/.test(text), {
          params: { secret: true },
          message: "expected 32 bytes in base64, as `openssl rand -base64 32` prints them",
        })
        .transform((text) => new Uint8Array(Buffer.from(text, "base64"))),
      /** Also http, which anybody on the way can read. */
      allowHttp: z.boolean().default(false),
      /** Also to addresses that only this network reaches: then whoever names a URL reaches them too. */
      allowPrivateAddresses: z.boolean().default(false),
    })
    .optional(),
  log: z
    .strictObject({
      level: logLevel.default("info"),
      /** Levels of rooms that differ from that. */
      rooms: z.strictObject(roomLevels).default({}),
    })
    .prefault({}),
});

export type ConfigFile = z.output<typeof configFile>;

/** Every problem in a line: where, what was given, what was expected. Values that may hold keys are not shown. */
export function explainIssues(error: z.ZodError, input: unknown): string[] {
  return error.issues.flatMap((issue) => {
    const where = issue.path.map((key) => (typeof key === "number" ? `[${key}]` : `.${String(key)}`)).join("");
    const path = where.replace(/^\./, "") || "(the whole)";
    if (issue.code === "invalid_union") {
      // What is said of the form that was meant, if one was.
      const meant = issue.errors.find(
        (ones) => !ones.some((one) => one.code === "invalid_type" && one.path.length === 0),
      );
      const inside = meant?.map((one) => ({ ...one, path: [...issue.path, ...one.path] }));
      if (inside !== undefined) return explainIssues(new z.ZodError(inside), input);
    }
    if (issue.code === "unrecognized_keys")
      return issue.keys.map((key) => `${path}: unknown key ${quote(key)}, remove it or mend its spelling`);
    return [`${path}: ${issue.message}, got ${show(valueAt(input, issue.path), path)}`];
  });
}

function valueAt(input: unknown, path: readonly PropertyKey[]): unknown {
  let value = input;
  for (const key of path) value = (value as Record<PropertyKey, unknown> | undefined)?.[key];
  return value;
}

function show(value: unknown, path: string): string {
  if (value === undefined) return "nothing";
  if (/url|rpc|key/i.test(path)) return "a value that is not shown, since it may hold a key";
  return quote(JSON.stringify(value, withoutSecrets) ?? "nothing");
}

/** A URL in a wrong place, or whatever stands under a name like `password`, may be a key all the same. */
function withoutSecrets(key: string, value: unknown): unknown {
  if (typeof value === "bigint") return value.toString();
  if (typeof value === "string" && (value.includes("://") || value.includes("@"))) return "***";
  return /url|rpc|user|pass|secret|token|key/i.test(key) ? "***" : value;
}
