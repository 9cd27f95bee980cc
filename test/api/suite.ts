import { createRequire } from "node:module";
import { AbiCoder, Interface, type InterfaceAbi } from "ethers";
import type { ContractName } from "../../indexer/config/schema.ts";
import { toHex } from "../../indexer/grants/bytes.ts";
import type { CredentialRecord } from "../../indexer/grants/credentialRecord.ts";
import { type GrantRecord, packRecord } from "../../indexer/grants/record.ts";
import { AccessGrants__factory } from "../../typechain-types/factories/AccessGrants__factory.ts";
import { CredentialRegistry__factory } from "../../typechain-types/factories/CredentialRegistry__factory.ts";
import { EntityRegistry__factory } from "../../typechain-types/factories/EntityRegistry__factory.ts";
import { address, bytes32, type Gibberish, record } from "./world.ts";

/** What the whole suite can say, encoded by its compiled ABIs. */

const manager = createRequire(import.meta.url)("@openzeppelin/contracts/build/contracts/AccessManager.json");
export const ABI: Readonly<Record<ContractName, Interface>> = {
  AccessGrants: AccessGrants__factory.createInterface(),
  CredentialRegistry: CredentialRegistry__factory.createInterface(),
  EntityRegistry: EntityRegistry__factory.createInterface(),
  AccessManager: new Interface(manager.abi as InterfaceAbi),
};

/** An event by its name and its values by theirs. A string may be given as bytes, to say what is no UTF-8. */
export function said(from: ContractName, name: string, values: Readonly<Record<string, unknown>>): Gibberish {
  const event = ABI[from].getEvent(name);
  if (event === null) throw new Error(`${from} has no event ${name}`);
  const of = (indexed: boolean) => event.inputs.filter((input) => Boolean(input.indexed) === indexed);
  const encode = (inputs: typeof event.inputs): string =>
    AbiCoder.defaultAbiCoder().encode(
      inputs.map(({ type, name: field }) =>
        type === "string" && values[field] instanceof Uint8Array ? "bytes" : type,
      ),
      inputs.map(({ name: field }) => values[field]),
    );
  return { from, topics: [event.topicHash, ...of(true).map((input) => encode([input]))], data: encode(of(false)) };
}

export interface Parties {
  readonly credential?: number;
  readonly holder?: number;
  readonly grantee?: number;
  readonly issuer?: number;
  readonly purpose?: number;
  readonly record: Partial<GrantRecord>;
}

/** An event of AccessGrants beyond those that world.ts says itself. */
export function grantEvent(name: string, of: Parties, more: Readonly<Record<string, unknown>> = {}): Gibberish {
  return said("AccessGrants", name, {
    credential: bytes32(of.credential ?? 1),
    holder: address(of.holder ?? 0x401d),
    grantee: address(of.grantee ?? 2),
    issuer: address(of.issuer ?? 0x155),
    seal: bytes32(0x5ea1),
    purpose: of.purpose ?? 1,
    legalBasis: 0,
    reason: 0,
    context: bytes32(0xc0),
    record: packRecord(record(of.record)),
    ...more,
  });
}

export interface Statement {
  readonly credential?: number;
  readonly holder?: number;
  readonly issuer?: number;
  readonly type?: number;
  readonly replaces?: number;
  readonly supersededBy?: number;
  readonly reason?: number;
  readonly record: Partial<CredentialRecord>;
}

const NO_TIMES: CredentialRecord = {
  anchoredAt: 0n,
  validFrom: 0n,
  validUntil: 0n,
  revokedAt: 0n,
  withdrawnAt: 0n,
  supersededAt: 0n,
  sequence: 1,
};

/** The 32 bytes of a record: six times of five bytes and a number of two. */
function credentialWord(record: CredentialRecord): string {
  const { anchoredAt, validFrom, validUntil, revokedAt, withdrawnAt, supersededAt, sequence } = record;
  const times = [anchoredAt, validFrom, validUntil, revokedAt, withdrawnAt, supersededAt];
  return `0x${times.map((t) => t.toString(16).padStart(10, "0")).join("")}${sequence.toString(16).padStart(4, "0")}`;
}

export function credentialEvent(
  name: "CredentialAnchored" | "CredentialSuperseded" | "CredentialRevoked" | "CredentialWithdrawn",
  of: Statement,
): Gibberish {
  return said("CredentialRegistry", name, {
    credential: bytes32(of.credential ?? 1),
    holder: address(of.holder ?? 0x401d),
    issuer: address(of.issuer ?? 0x155),
    seal: bytes32(0x5ea1),
    credentialType: bytes32(of.type ?? 0x7e),
    replaces: bytes32(of.replaces ?? 0),
    supersededBy: bytes32(of.supersededBy ?? 0),
    reason: of.reason ?? 0,
    record: credentialWord({ ...NO_TIMES, ...of.record }),
  });
}

export interface EntitySaid {
  readonly account?: number;
  readonly kinds?: number;
  readonly jurisdiction?: string;
  readonly lei?: string;
  readonly name?: string | Uint8Array;
  readonly uri?: string | Uint8Array;
  readonly reason?: number;
  readonly sequence: number;
}

const ascii = (text: string): string => toHex(Buffer.from(text, "latin1"));

export function entityEvent(name: string, of: EntitySaid): Gibberish {
  return said("EntityRegistry", name, {
    account: address(of.account ?? 0x155),
    kinds: of.kinds ?? 1,
    jurisdiction: ascii(of.jurisdiction ?? "DE"),
    lei: of.lei === undefined ? `0x${"00".repeat(20)}` : ascii(of.lei),
    name: of.name ?? "Issuer",
    uri: of.uri ?? "",
    reason: of.reason ?? 0,
    sequence: of.sequence,
  });
}
