import { builder } from "../builder.ts";
import type { GrantAt } from "../read/grant.ts";

/** Apart from its fields, since a grant leads to pages of grants. */
export const GrantRef = builder.objectRef<GrantAt>("Grant");
