import { type Bytes32, type CredentialRef, toCredentialRef } from "../../grants/bytes.ts";
import type { Purpose } from "../../grants/ids.ts";
import { badInput } from "../errors.ts";

/** @throws GraphQLError BAD_INPUT for a code that no grant can have. */
export function toPurpose(purpose: number | null | undefined): Purpose | undefined {
  if (purpose == null) return undefined;
  if (purpose < 1 || purpose > 0xffff) throw badInput(`purpose: expected a code from 1 to 65535, got ${purpose}`);
  return purpose;
}

interface Given {
  readonly credential?: Bytes32 | null | undefined;
  readonly purpose?: number | null | undefined;
}

/** A filter as it was given, its purpose checked and its 32 bytes taken as the credential they are. */
export function toFilter<T extends Given>(
  given: T | null | undefined,
): Partial<Omit<T, keyof Given>> & { credential: CredentialRef | undefined; purpose: Purpose | undefined } {
  const { credential, purpose, ...rest } = given ?? ({} as Partial<T>);
  return {
    ...(rest as Partial<Omit<T, keyof Given>>),
    credential: credential == null ? undefined : toCredentialRef(credential),
    purpose: toPurpose(purpose),
  };
}
