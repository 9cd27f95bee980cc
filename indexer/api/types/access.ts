import { PURPOSES } from "../../grants/codes.ts";
import type { Answer } from "../ask.ts";
import { builder } from "../builder.ts";
import type { Access as Facts } from "../read/accesses.ts";
import { CheckAnswer } from "./checkAnswer.ts";

export const Access = builder.objectRef<Facts<Answer>>("Access").implement({
  description: "That somebody can read a credential for a purpose, or may be able to: `answer` says which, and why.",
  fields: (t) => ({
    credential: t.field({ type: "Bytes32", description: "The credential.", resolve: ({ key }) => key.credential }),
    grantee: t.field({ type: "Address", description: "Who can read.", resolve: ({ key }) => key.grantee }),
    purpose: t.int({ description: "Purpose code, see docs/CODES.md.", resolve: ({ key }) => key.purpose }),
    purposeName: t.string({
      nullable: true,
      description: "Name of the purpose; null for a code without one.",
      resolve: ({ key }) => PURPOSES.get(key.purpose) ?? null,
    }),
    answer: t.field({
      type: CheckAnswer,
      description: "What `check` says of this credential, grantee and purpose: ALLOWED or INDETERMINATE, never DENIED.",
      resolve: ({ answer }) => answer,
    }),
  }),
});
