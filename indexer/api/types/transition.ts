import { PURPOSES } from "../../grants/codes.ts";
import { BugError } from "../../ops/errors.ts";
import { builder } from "../builder.ts";
import { momentOf } from "../moment.ts";
import { readEvent } from "../read/events.ts";
import type { TransitionFacts } from "../read/feed.ts";
import { Account } from "./account.ts";
import { Event } from "./event.ts";
import { TransitionKind } from "./transitionKind.ts";

export const Transition = builder.objectRef<TransitionFacts>("Transition").implement({
  description:
    "A change of a grant's state that no event of its own made: its time came, or the grant it was made onward under ended.",
  fields: (t) => ({
    kind: t.field({ type: TransitionKind, description: "What changed.", resolve: ({ kind }) => kind }),
    at: t.field({
      type: "UnixTime",
      description: "The moment of the chain at which it changed.",
      resolve: ({ at }) => at,
    }),
    credential: t.field({
      type: "Bytes32",
      description: "The credential that the grant is about.",
      resolve: ({ credential }) => credential,
    }),
    holder: t.field({
      type: Account,
      description: "Whose credential it is.",
      resolve: ({ chainId, holder }) => ({ chainId, address: holder }),
    }),
    grantee: t.field({
      type: Account,
      description: "Whose access changed.",
      resolve: ({ chainId, grantee }) => ({ chainId, address: grantee }),
    }),
    purpose: t.int({ description: "Code of the purpose.", resolve: ({ purpose }) => purpose }),
    purposeName: t.string({
      nullable: true,
      description: "Name of the purpose; null for a code without one.",
      resolve: ({ purpose }) => PURPOSES.get(purpose) ?? null,
    }),
    contract: t.field({
      type: "Address",
      description: "The contract that holds the grant.",
      resolve: ({ contract }) => contract,
    }),
    cause: t.field({
      type: Event,
      // An institution is not shown what became of the grant above its own.
      nullable: true,
      description:
        "The event whose terms made it so: the newest of the grant, or of the grant it was made onward under where the end of that was the cause.",
      resolve: async ({ chainId, causeSeq }, _args, context) => {
        const event = await readEvent(context.database, { chainId, seq: causeSeq }, momentOf(context, {}));
        if (event === undefined)
          throw new BugError(`chain ${chainId}: a transition names event ${causeSeq}, which is not there`);
        return event;
      },
    }),
  }),
});
