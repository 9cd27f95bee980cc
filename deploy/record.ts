/** The record of what was deployed to one chain: `deploy/deployments/<chainId>.json`. The indexer starts from it. */
import { mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { getAddress, isAddress } from "ethers";
import { z } from "zod";
import { OperatorError } from "../indexer/ops/errors.ts";

const bytes32 = z.string().regex(/^0x[0-9a-f]{64}$/, "expected 32 bytes as 0x and 64 lower-case hex digits");
const address = z
  .string()
  .refine((text) => isAddress(text) && getAddress(text) === text, "expected an address with EIP-55 checksum");

const contractSchema = z.strictObject({
  name: z.string().min(1),
  address,
  /** The deterministic deployer that was called. */
  deployer: address,
  salt: bytes32,
  /**
   * The block that created the contract; null if the node could not tell (its old states are pruned), with the reason in
   * `unknown`. A reader then has to start at block 0, or at one that an operator knows to be earlier.
   */
  block: z.int().nonnegative().nullable(),
  blockHash: bytes32.nullable(),
  /** null also where another contract called the deployer. */
  transactionHash: bytes32.nullable(),
  unknown: z.string().min(1).optional(),
  /** Addresses, in the order of the constructor's parameters. Records of the first generation had none. */
  constructorArguments: z.array(address).default([]),
  /** Of creation code and arguments: with deployer and salt they decide the address. */
  initCodeHash: bytes32,
  /** Of the code at the address, immutable variables filled in. */
  runtimeCodeHash: bytes32,
  /** keccak256 of the ABI as JSON without spaces. */
  abiHash: bytes32,
});

const seconds = z.int().nonnegative();

const governanceSchema = z.strictObject({
  /** The AccessManager that this is about. */
  manager: address,
  /** Who was appointed by the set-up. What holds today is on the chain: `npm run deploy:check` compares. */
  admin: address,
  guardian: address,
  registrar: address,
  suspender: address,
  delays: z.strictObject({ registrar: seconds, admin: seconds, grant: seconds, target: seconds }),
  /** null: the admin has not executed it yet. */
  setUp: z
    .strictObject({
      /** null if the node could not tell, with the reason in `unknown`. */
      transactionHash: bytes32.nullable(),
      block: z.int().nonnegative().nullable(),
      unknown: z.string().min(1).optional(),
    })
    .nullable(),
});

const deploymentSchema = z.strictObject({
  chainId: z.int().positive(),
  /** Newest last. Two generations of one contract have the same name and two addresses. */
  contracts: z.array(contractSchema).min(1),
  /** Newest last, one for each AccessManager. */
  governance: z.array(governanceSchema).default([]),
});

export type GovernanceRecord = z.infer<typeof governanceSchema>;
export type DeployedContract = z.infer<typeof contractSchema>;
export type Deployment = z.infer<typeof deploymentSchema>;

/** Where the record of a chain is in a folder of records. */
export function deploymentPath(directory: string, chainId: number | bigint): string {
  return join(directory, `${chainId}.json`);
}

/** Reads a record; an OperatorError says what is wrong with it and where. */
export function readDeployment(path: string): Deployment {
  const record = readDeploymentIfAny(path);
  if (record === undefined)
    throw new OperatorError(`no deployment record at ${path}: deploy to that chain first (npm run deploy)`);
  return record;
}

/** The same, undefined where there is no such file. */
export function readDeploymentIfAny(path: string): Deployment | undefined {
  let text: string;
  try {
    text = readFileSync(path, "utf8");
  } catch (cause) {
    if (cause instanceof Error && "code" in cause && cause.code === "ENOENT") return undefined;
    throw new OperatorError(`cannot read the deployment record ${path}`, { cause });
  }
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (cause) {
    throw new OperatorError(`the deployment record ${path} is not JSON`, { cause });
  }
  const parsed = deploymentSchema.safeParse(json);
  if (!parsed.success)
    throw new OperatorError(`the deployment record ${path} is not valid:\n${z.prettifyError(parsed.error)}`);
  return parsed.data;
}

/** Writes a record, whole or not at all. */
export function writeDeployment(path: string, record: Deployment): void {
  mkdirSync(dirname(path), { recursive: true });
  const partial = `${path}.${process.pid}.partial`;
  writeFileSync(partial, `${JSON.stringify(deploymentSchema.parse(record), null, 2)}\n`);
  renameSync(partial, path);
}
