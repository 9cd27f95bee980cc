/** The suite on a network of Hardhat's own, with accounts in every role, and what they sign. */
import assert from "node:assert/strict";
import { ContractFactory, type InterfaceAbi, type Signer, type TypedDataDomain, type TypedDataField } from "ethers";
import type hre from "hardhat";
import { accessManagerArtifact } from "../../deploy/artifact.ts";
import { parseAddress } from "../../indexer/grants/caip.ts";
import { typedData } from "../../indexer/grants/typedData.ts";
import { AccessGrants__factory } from "../../typechain-types/factories/AccessGrants__factory.ts";
import { CredentialRegistry__factory } from "../../typechain-types/factories/CredentialRegistry__factory.ts";
import { EntityRegistry__factory } from "../../typechain-types/factories/EntityRegistry__factory.ts";

type Connection = Awaited<ReturnType<typeof hre.network.create>>;

/** With plain values, so that it can be sent and signed alike. */
export interface GrantRequest extends Record<string, string | number | boolean> {
  issuer: string;
  seal: string;
  grantee: string;
  purpose: number;
  legalBasis: number;
  notBefore: number;
  expiresAt: number;
  lockedUntil: number;
  retention: number;
  allowOnward: boolean;
  context: string;
}

/** `holder` governs too, without delays; `issuer` and `court` are registered as what they are. */
export async function deploySuite(connection: Connection) {
  const [holder, grantee, issuer, relying, court, relayer] = await connection.ethers.getSigners();
  assert.ok(holder && grantee && issuer && relying && court && relayer);
  const { abi, creationCode } = accessManagerArtifact;
  const manager = await new ContractFactory(abi as InterfaceAbi, creationCode, holder).deploy(holder.address);
  const entities = await new EntityRegistry__factory(holder).deploy(manager);
  const credentials = await new CredentialRegistry__factory(holder).deploy(entities);
  const grants = await new AccessGrants__factory(holder).deploy(entities);
  for (const [account, kinds] of [
    [issuer, 1],
    [court, 4],
  ] as const) {
    const details = { kinds, jurisdiction: "0x4445", lei: `0x${"00".repeat(20)}`, name: "Example", uri: "" };
    await (await entities.register(account.address, details)).wait();
  }
  const addresses = {
    AccessGrants: await grants.getAddress(),
    CredentialRegistry: await credentials.getAddress(),
    EntityRegistry: await entities.getAddress(),
  };
  return {
    addresses,
    accounts: { holder, grantee, issuer, relying, court, relayer },
    grants,
    credentials,
    entities,
  };
}

/** Signs as a wallet would: with the project's own typed data. */
export async function signTyped(
  signer: Pick<Signer, "signTypedData">,
  type: Parameters<typeof typedData>[0],
  contract: string,
  chainId: number,
  message: Record<string, string | number | boolean>,
): Promise<string> {
  const { domain, types } = typedData(type, parseAddress(contract), BigInt(chainId), message);
  const { EIP712Domain: _, ...messageTypes } = types;
  return await signer.signTypedData(
    domain as TypedDataDomain,
    messageTypes as Record<string, TypedDataField[]>,
    message,
  );
}
