/** What is kept of a chain. Facts that nobody could confirm say so: a guess about finality is a wrong answer later. */
import { getAddress, isAddress } from "ethers";
import { z } from "zod";

const UNCONFIRMED = "unconfirmed";
const fact = <T extends z.ZodType>(schema: T) => z.union([schema, z.literal(UNCONFIRMED)]);
const depth = fact(z.int().positive());

/** How a block becomes final. */
const finality = z.discriminatedUnion("rule", [
  z.strictObject({
    rule: z.literal("tags"),
    /** Whether nodes answer the block tag `safe`. */
    safe: fact(z.boolean()),
    /** Whether nodes answer the block tag `finalized`. */
    finalized: fact(z.boolean()),
    /** How many blocks `finalized` is usually behind the newest one. */
    typicalDepth: depth,
  }),
  z.strictObject({
    rule: z.literal("depth"),
    /** So many blocks behind the newest one a block counts as final. */
    typicalDepth: depth,
  }),
]);

export const chainRecord = z.strictObject({
  chainId: z.int().positive(),
  /** For people. */
  name: z.string().min(1),
  /** Hardhat's name of the network: `--network <network>`. In capitals and with _RPC_URL it is the variable of the URL. */
  network: z.string().regex(/^[a-z][a-zA-Z0-9]*$/),
  kind: z.enum(["main", "test", "local"]),
  /** Hardhat's chain type. */
  chainType: z.enum(["l1", "op", "generic"]),
  /** Of a local chain only: a public URL comes from the environment or the keystore. */
  url: z.url().optional(),
  /** What fees are paid in. */
  currency: z.string().min(1),
  finality,
  /** Usual seconds from block to block. */
  blockSeconds: z.number().positive(),
  explorer: z.url({ protocol: /^https$/ }).nullable(),
  /** How receipts are encoded where the block's `receiptsRoot` is made of them. */
  receipts: fact(z.enum(["ethereum", "op", "arbitrum", "other"])),
  /** Whether a header's bloom filter has the bits of every log of its block. */
  blooms: fact(z.enum(["right", "wrong"])),
  /** Whether the deterministic deployer is there. The command looks for itself; this says what to expect. */
  deterministicDeployer: fact(z.boolean()),
  /** Contract that tells the fee for the layer below, `getL1Fee(bytes)`, where gas does not include it. */
  l1FeeOracle: z
    .string()
    .refine((text) => isAddress(text) && getAddress(text) === text, "expected an address with EIP-55 checksum")
    .optional(),
});

export type ChainRecord = z.infer<typeof chainRecord>;

/** The environment variable, or the entry of Hardhat's keystore, that holds the URL of a public chain. */
export function rpcVariable(chain: ChainRecord): string {
  return `${chain.network.replace(/([A-Z])/g, "_$1").toUpperCase()}_RPC_URL`;
}
