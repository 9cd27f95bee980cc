import { builder } from "../builder.ts";
import { badInput } from "../errors.ts";
import { evidenceOf } from "../evidence/evidenceOf.ts";
import { decodeEventId } from "../key.ts";
import { momentOf } from "../moment.ts";
import { readEvent } from "../read/events.ts";

builder.queryField("evidence", (t) =>
  t.field({
    type: "EvidenceBundle",
    nullable: true,
    description:
      "Evidence that the block of an event holds it: header, receipt, Merkle proof and what the log says, read from the chain's node and checked before it is given out. null when there is no such event.",
    args: { event: t.arg.id({ required: true, description: "The id of an event." }) },
    resolve: async (_root, args, context) => {
      const key = decodeEventId(String(args.event));
      if (key === undefined) throw badInput("event: expected the id of an event");
      const event = await readEvent(context.database, key, momentOf(context, {}));
      return event === undefined ? null : evidenceOf(context, event);
    },
  }),
);
