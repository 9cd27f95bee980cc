import type { HoldChange } from "../../ledger/decodeGrant.ts";
import { builder } from "../builder.ts";

export const EventHold = builder.objectRef<HoldChange>("EventHold").implement({
  description: "What an event says about a legal hold. Who ordered it is the event's `authority`.",
  fields: (t) => ({
    until: t.field({
      type: "UnixTime",
      nullable: true,
      description: "Until when this authority holds the records; null when it lifted its hold.",
      resolve: ({ until }) => until ?? null,
    }),
    orderRef: t.field({
      type: "Bytes32",
      description: "The order, for example the hash of the document.",
      resolve: ({ orderRef }) => orderRef,
    }),
    holdUntil: t.field({
      type: "UnixTime",
      nullable: true,
      description: "The latest of all holds that stand after it; null when none does.",
      resolve: ({ holdUntil }) => (holdUntil === 0n ? null : holdUntil),
    }),
  }),
});
