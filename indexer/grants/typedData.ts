import type { Address } from "./bytes.ts";
import { checksum } from "./caip.ts";

/**
 * What people sign (EIP-712): the types as the contracts hash them, and the domains. `typedData` makes the second parameter of
 * a wallet's `eth_signTypedData_v4`; its parts are also those of ethers' `signTypedData` and viem's, which add the
 * domain's own type themselves.
 *
 * A grant or a revocation is signed for one contract on one chain, with the grant's sequence and a deadline. What is
 * portable leaves the chain out of its domain, and anyone may carry it to every chain.
 */

type SignedType = "Grant" | "Revoke" | "RevokeEverywhere" | "AnchorCredential" | "RevokeCredential";
type ContractName = "AccessGrants" | "CredentialRegistry";

/** Each type as EIP-712 encodes it, byte for byte the text in the contract that checks it. */
export const SIGNED_TYPES: Readonly<
  Record<SignedType, { readonly contract: ContractName; readonly portable: boolean; readonly encoded: string }>
> = {
  Grant: {
    contract: "AccessGrants",
    portable: false,
    encoded:
      "Grant(address holder,address issuer,bytes32 seal,address grantee,uint16 purpose,uint8 legalBasis,uint64 notBefore,uint64 expiresAt,uint64 lockedUntil,uint64 retention,bool allowOnward,bytes32 context,uint16 sequence,uint64 deadline)",
  },
  Revoke: {
    contract: "AccessGrants",
    portable: false,
    encoded:
      "Revoke(address holder,address issuer,bytes32 seal,address grantee,uint16 purpose,uint8 reason,uint16 sequence,uint64 deadline)",
  },
  RevokeEverywhere: {
    contract: "AccessGrants",
    portable: true,
    encoded:
      "RevokeEverywhere(address holder,address issuer,bytes32 seal,address grantee,uint16 purpose,uint8 reason,uint64 issuedAt)",
  },
  AnchorCredential: {
    contract: "CredentialRegistry",
    portable: true,
    encoded:
      "AnchorCredential(address holder,address issuer,bytes32 seal,bytes32 credentialType,uint64 validFrom,uint64 validUntil,bytes32 replaces)",
  },
  RevokeCredential: {
    contract: "CredentialRegistry",
    portable: true,
    encoded: "RevokeCredential(address holder,address issuer,bytes32 seal,uint8 reason)",
  },
};

interface Field {
  readonly name: string;
  readonly type: string;
}

/** A field's value: text for bytes and addresses, a decimal text or a number for integers. */
type Value = string | number | boolean;

/** A request to sign, ready for JSON. */
export interface TypedData {
  readonly types: Readonly<Record<string, readonly Field[]>>;
  readonly primaryType: SignedType;
  readonly domain: Readonly<{ name: string; version: string; chainId?: string; verifyingContract: string }>;
  readonly message: Readonly<Record<string, Value>>;
}

/**
 * The request to sign `message`.
 * @param contract the contract that will check it.
 * @param chainId of the chain it is meant for; a portable one is valid on all and leaves it out.
 * @throws RangeError when the message lacks a field or has one that is not signed.
 */
export function typedData(
  primaryType: SignedType,
  contract: Address,
  chainId: bigint,
  message: Readonly<Record<string, Value | bigint>>,
): TypedData {
  const { contract: name, portable, encoded } = SIGNED_TYPES[primaryType];
  const fields = fieldsOf(encoded);
  const given = Object.keys(message).sort().join(", ");
  const expected = fields.map((field) => field.name).sort();
  if (given !== expected.join(", "))
    throw new RangeError(`${primaryType}: expected exactly the fields ${expected.join(", ")}, got ${given}`);
  const domain = { name, version: "1", verifyingContract: checksum(contract) };
  return {
    types: { EIP712Domain: portable ? PORTABLE_DOMAIN : CHAIN_DOMAIN, [primaryType]: fields },
    primaryType,
    domain: portable ? domain : { ...domain, chainId: chainId.toString() },
    message: Object.fromEntries(fields.map((field) => [field.name, plain(message[field.name])])),
  };
}

/** The fields of a type in the order in which they are hashed. */
function fieldsOf(encoded: string): readonly Field[] {
  const list = encoded.slice(encoded.indexOf("(") + 1, -1);
  return list.split(",").map((field) => {
    const [type = "", name = ""] = field.split(" ");
    return { name, type };
  });
}

const CHAIN_DOMAIN = fieldsOf("EIP712Domain(string name,string version,uint256 chainId,address verifyingContract)");
const PORTABLE_DOMAIN = CHAIN_DOMAIN.filter(({ name }) => name !== "chainId");

/** JSON has no integers beyond 53 bits; wallets take them as decimal text. */
const plain = (value: Value | bigint | undefined): Value =>
  typeof value === "bigint" ? value.toString() : (value ?? "");
