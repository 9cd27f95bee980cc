import { address, bytes32 } from "../../api/world.ts";
import { goodReceipts, ourLog, PLACE } from "../madeBlock.ts";
import { altered, type Forgeries, GOOD, invented, otherDigit, set } from "./forging.ts";

/** What the log does not say. */
export const STATEMENT_FORGERIES: Forgeries = {
  "another kind": [
    "EVENT_KIND",
    () =>
      ["REVOKED", "UNDECODED", "granted"].map((kind) =>
        altered(({ event }) => {
          event.kind = kind;
        }),
      ),
  ],
  "another contract's name, whose events are others": [
    "EVENT_KIND",
    () =>
      altered(({ contract }) => {
        contract.name = "EntityRegistry";
      }),
  ],
  "another signature or topic": [
    "EVENT_SIGNATURE",
    () => [
      altered(({ event }) => {
        event.signature = "Granted(bytes32)";
      }),
      altered(({ event }) => {
        event.signature = null;
      }),
      altered(({ event }) => {
        event.topic = bytes32(1);
      }),
      altered(({ event }) => {
        event.topic = null;
      }),
    ],
  ],
  "a field that is said to be otherwise": [
    "EVENT_FIELDS",
    () =>
      GOOD.event.fields.flatMap((_, i) =>
        (["name", "type", "value"] as const).map((key) =>
          altered(({ event }) => {
            const field = event.fields[i];
            if (field !== undefined) field[key] = otherDigit(field[key]);
          }),
        ),
      ),
  ],
  "a field too many, too few, out of place": [
    "EVENT_FIELDS",
    () => [
      altered(({ event }) => void event.fields.push({ name: "more", type: "uint8", value: "1" })),
      altered(({ event }) => void event.fields.pop()),
      altered(({ event }) => void event.fields.reverse()),
    ],
  ],
  "a field of the record that is said to be otherwise": [
    "EVENT_RECORD",
    () =>
      Object.keys(GOOD.event.record ?? {}).map((name) =>
        altered(({ event }) => void set(event, ["record", name], "77")),
      ),
  ],
  "no record, or one of a credential": [
    "EVENT_RECORD",
    () => [
      altered(({ event }) => {
        event.record = null;
      }),
      altered(({ event }) => {
        event.record = {
          anchoredAt: "1",
          validFrom: "0",
          validUntil: "0",
          revokedAt: "0",
          withdrawnAt: "0",
          supersededAt: "0",
          sequence: "1",
        };
      }),
    ],
  ],
  "a stranger's credential, logged by a made-up contract": [
    "CREDENTIAL",
    () =>
      (["holder", "issuer", "seal", "credential"] as const).map((name) => {
        const value = name === "seal" || name === "credential" ? bytes32(7) : address(7);
        const logs = [ourLog("AccessGrants", "Revoked"), ourLog("AccessGrants", "Granted", { [name]: value })];
        return invented({ receipts: goodReceipts().with(PLACE.receipt, { logs }) });
      }),
  ],
};
