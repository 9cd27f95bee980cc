import { builder } from "../builder.ts";

/** Bits of the mask that the registry keeps; contracts/interfaces/IEntityRegistry.sol. */
const ENTITY_KINDS = { ISSUER: 1, INSTITUTION: 2, AUTHORITY: 4 } as const;

export const EntityKind = builder.enumType("EntityKind", {
  description: "What an entity is registered for.",
  values: {
    ISSUER: { value: ENTITY_KINDS.ISSUER, description: "May issue credentials." },
    INSTITUTION: { value: ENTITY_KINDS.INSTITUTION, description: "Reads credentials, as an obliged party does." },
    AUTHORITY: { value: ENTITY_KINDS.AUTHORITY, description: "May order legal holds." },
  },
} as const);

/** The kinds of a mask. */
export const kindsOf = (mask: number): (1 | 2 | 4)[] => Object.values(ENTITY_KINDS).filter((bit) => (mask & bit) !== 0);
