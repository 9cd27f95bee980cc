import { builder } from "../builder.ts";

export const EventKind = builder.enumType("EventKind", {
  description: "What an event says.",
  values: {
    GRANTED: { description: "The holder granted, extended or renewed access." },
    REVOKED: { description: "The holder ended the access." },
    RELEASED: { description: "The grantee gave the access up." },
    UNDECODED: { description: "From one of the indexed contracts, but no event we know: kept as it came." },
  },
} as const);
