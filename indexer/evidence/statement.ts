import { fromHex, toHex } from "../grants/bytes.ts";
import { unpackCredentialRecord } from "../grants/credentialRecord.ts";
import { unpackRecord } from "../grants/record.ts";
import { type AbiValue, type EventAbi, readEvent } from "./abi.ts";
import { CONTRACT_EVENTS, type SuiteContract } from "./contractEvents.ts";
import type { ReceiptLog } from "./decodeReceipt.ts";

/** A log in words: what a contract of the suite said by it. */
export interface Statement {
  /** As in the API; `UNDECODED` for what this contract does not say. */
  readonly kind: string;
  /** `Name(type,type)`, null of what is not decoded. */
  readonly signature: string | null;
  /** Of the signature: the log's topic 0. */
  readonly topic: string | null;
  /** Every field, the indexed ones first. */
  readonly fields: readonly StatedField[];
  /** The packed `record` field taken apart, null of an event without one. */
  readonly record: Readonly<Record<string, string>> | null;
}

export interface StatedField {
  readonly name: string;
  readonly type: string;
  /** Integers as decimals, everything else as lower-case hex: text too, since nothing says that it is UTF-8. */
  readonly value: string;
}

const UNDECODED: Statement = { kind: "UNDECODED", signature: null, topic: null, fields: [], record: null };

/** Reads a log by the events of one contract. Strict: what a compiler would not have written is UNDECODED. */
export function stateLog(contract: SuiteContract, { topics, data }: ReceiptLog): Statement {
  const known = CONTRACT_EVENTS[contract].get(topics[0] ?? "");
  if (known === undefined) return UNDECODED;
  const raw = { topics: Buffer.concat(topics.map(fromHex)), data: Buffer.from(fromHex(data)) };
  const values = readEvent(known.abi, raw);
  if (values === undefined) return UNDECODED;
  const { signature, topic } = known.abi;
  return {
    ...{ kind: known.kind, signature, topic, fields: fieldsOf(known.abi, values) },
    record: recordOf(contract, values["record"]),
  };
}

function fieldsOf(abi: EventAbi, values: Readonly<Record<string, AbiValue>>): StatedField[] {
  return [...abi.indexed, ...abi.inData].map(({ name, type }) => {
    const value = values[name];
    return { name, type, value: value instanceof Uint8Array ? toHex(value) : String(value) };
  });
}

function recordOf(contract: SuiteContract, word: AbiValue | undefined): Statement["record"] {
  if (!(word instanceof Uint8Array)) return null;
  const record = contract === "AccessGrants" ? unpackRecord(word) : unpackCredentialRecord(word);
  return Object.fromEntries(Object.entries(record).map(([name, value]) => [name, String(value)]));
}
