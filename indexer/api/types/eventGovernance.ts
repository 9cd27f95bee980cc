import { toAddress } from "../../grants/bytes.ts";
import { builder } from "../builder.ts";
import type { Governance } from "../eventDetails.ts";
import { readCall } from "../scheduledCall.ts";
import { Account } from "./account.ts";
import { NamedValue } from "./namedValue.ts";
import { OperationStatus } from "./operationStatus.ts";

/** OpenZeppelin's AccessManager, `expiration()`: a constant of one week. */
const EXPIRATION = 604_800n;

const integer = ({ values }: Governance, name: string): bigint | null => {
  const value = values[name];
  return typeof value === "bigint" ? value : null;
};
const bytes = ({ values }: Governance, name: string): Uint8Array | null => {
  const value = values[name];
  return value instanceof Uint8Array ? value : null;
};

const ScheduledCall = builder
  .objectRef<{ readonly name: string; readonly arguments: readonly { name: string; type: string; value: string }[] }>(
    "ScheduledCall",
  )
  .implement({
    description: "A call that the governance scheduled, in words.",
    fields: (t) => ({
      name: t.exposeString("name", { description: "The function." }),
      arguments: t.field({
        type: [NamedValue],
        description: "What it is called with.",
        resolve: (call) => call.arguments,
      }),
    }),
  });

/** Null of what is no schedule. */
function statusOf(change: Governance) {
  const { event } = change;
  const ready = integer(change, "schedule");
  if (event.kind !== "OPERATION_SCHEDULED" || ready === null || event.retractedAt !== null) return null;
  if (event.outcome !== null) return event.outcome.kind === "OPERATION_EXECUTED" ? "EXECUTED" : "CANCELED";
  if (event.now < ready) return "WAITING";
  return event.now < ready + EXPIRATION ? "READY" : "EXPIRED";
}

export const EventGovernance = builder.objectRef<Governance>("EventGovernance").implement({
  description:
    "What an event says about the governance of the registries. Which operation it is about is the event's `operation`.",
  fields: (t) => ({
    name: t.exposeString("name", { description: "The event's name in the contract." }),
    arguments: t.field({
      type: [NamedValue],
      description: "All that the event says.",
      resolve: (change) => change.arguments,
    }),
    status: t.field({
      type: OperationStatus,
      nullable: true,
      description:
        "What had become of it at the moment of the answer; of OPERATION_SCHEDULED only, null when that was retracted.",
      resolve: statusOf,
    }),
    decidedAt: t.field({
      type: "UnixTime",
      nullable: true,
      description: "When it was executed or canceled; of OPERATION_SCHEDULED only, null while it is neither.",
      resolve: ({ event }) => event.outcome?.time ?? null,
    }),
    nonce: t.field({
      type: "Count",
      nullable: true,
      description: "Which time this operation was scheduled, from 1; of operations only.",
      resolve: (change) => integer(change, "nonce"),
    }),
    readyAt: t.field({
      type: "UnixTime",
      nullable: true,
      description: "When its delay is over; of OPERATION_SCHEDULED only.",
      resolve: (change) => integer(change, "schedule"),
    }),
    target: t.field({
      type: Account,
      nullable: true,
      description: "The contract that is to be called; of OPERATION_SCHEDULED only.",
      resolve: (change) => {
        const target = change.event.kind === "OPERATION_SCHEDULED" ? bytes(change, "target") : null;
        return target && { chainId: change.event.chainId, address: toAddress(target) };
      },
    }),
    callData: t.field({
      type: "Bytes",
      nullable: true,
      description: "What it is to be called with; of OPERATION_SCHEDULED only.",
      resolve: (change) => bytes(change, "data"),
    }),
    call: t.field({
      type: ScheduledCall,
      nullable: true,
      description: "The same in words; null where it is no function of a registry or of the governance.",
      resolve: async (change) => {
        const data = bytes(change, "data");
        return (data && (await readCall(data))) ?? null;
      },
    }),
  }),
});
