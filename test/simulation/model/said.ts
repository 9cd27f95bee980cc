import { AbiCoder } from "ethers";
import type { ContractName } from "../../../indexer/config/schema.ts";
import { INTERFACES } from "../../support/interfaces.ts";

/** What a contract says: an event by its name and values, or bytes that are no event of it. */
export type Said = SaidEvent | SaidBytes;

export interface SaidEvent {
  readonly contract: ContractName;
  readonly name: string;
  /** By name; text as bytes in hex. */
  readonly values: Readonly<Record<string, unknown>>;
}

export interface SaidBytes {
  /** One of ours, or the address of a stranger, whose logs are nothing to us. */
  readonly contract: ContractName | { readonly stranger: string };
  readonly topics: readonly string[];
  readonly data: string;
}

export const isEvent = (said: Said): said is SaidEvent => "name" in said;

const coder = AbiCoder.defaultAbiCoder();

/** Topics and data as the contract's compiler would write them. */
export function encoded(said: Said): { readonly topics: readonly string[]; readonly data: string } {
  if (!isEvent(said)) return said;
  const event = INTERFACES[said.contract].getEvent(said.name);
  if (event === null) throw new Error(`${said.contract} has no event ${said.name}`);
  const encode = (inputs: typeof event.inputs): string =>
    coder.encode(
      // A contract cannot tell whether text is UTF-8: any bytes can stand there.
      inputs.map(({ type }) => (type === "string" ? "bytes" : type)),
      inputs.map(({ name }) => {
        if (!(name in said.values)) throw new Error(`${said.name} lacks ${name}`);
        return said.values[name];
      }),
    );
  const indexed = event.inputs.filter((input) => input.indexed === true);
  return {
    topics: [event.topicHash, ...indexed.map((input) => encode([input]))],
    data: encode(event.inputs.filter((input) => input.indexed !== true)),
  };
}
