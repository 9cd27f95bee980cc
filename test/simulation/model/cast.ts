import { id } from "ethers";
import type { ContractName } from "../../../indexer/config/schema.ts";
import { credentialOf, type GrantName, grantIdOf } from "./ledgerState.ts";

/** Who and what there is in every world, the same on each chain: small pools, so that acts meet the same grants again. */

const named = (name: string): string => id(name).slice(0, 42);

export const HOLDERS = [named("holder 1"), named("holder 2"), named("holder 3")] as const;
export const ISSUERS = [named("issuer 1"), named("issuer 2")] as const;
export const GRANTEES = [named("grantee 1"), named("grantee 2"), named("grantee 3")] as const;
export const AUTHORITIES = [named("authority 1"), named("authority 2")] as const;
export const STRANGERS = [named("stranger 1"), named("stranger 2")] as const;
export const SEALS = [id("seal 1"), id("seal 2")] as const;
export const PURPOSES = [1, 2] as const;

export const CONTRACTS: Readonly<Record<ContractName, string>> = {
  AccessGrants: named("AccessGrants"),
  CredentialRegistry: named("CredentialRegistry"),
  EntityRegistry: named("EntityRegistry"),
  AccessManager: named("AccessManager"),
};
export const CONTRACT_LIST = Object.keys(CONTRACTS) as ContractName[];

/** Everything that can be asked about: who may read what. */
export interface Pair extends GrantName {
  readonly credential: string;
  readonly grantId: string;
}

export const PAIRS: readonly Pair[] = HOLDERS.flatMap((holder) =>
  ISSUERS.flatMap((issuer) =>
    SEALS.flatMap((seal) =>
      GRANTEES.flatMap((grantee) =>
        PURPOSES.map((purpose): Pair => {
          const credential = credentialOf({ holder, issuer, seal });
          const grantId = grantIdOf(credential, grantee, purpose);
          return { holder, issuer, seal, grantee, purpose, credential, grantId };
        }),
      ),
    ),
  ),
);
