import { builder } from "../builder.ts";

export const OperationStatus = builder.enumType("OperationStatus", {
  description: "What became of a change that the governance scheduled.",
  values: {
    WAITING: { description: "Its delay still runs; a guardian can call it off." },
    READY: { description: "Its delay is over; it can be made, or called off." },
    EXECUTED: { description: "It was made." },
    CANCELED: { description: "It was called off." },
    EXPIRED: { description: "It was not made within a week after its delay, and cannot be made any more." },
  },
} as const);
