import { fromHex, toAddress, toHex, toSeal } from "../grants/bytes.ts";
import { parseChainId } from "../grants/caip.ts";
import { credentialRef } from "../grants/ids.ts";
import type { Bundle } from "./bundle.ts";
import { createdAddress } from "./creation.ts";
import { EvidenceError } from "./errors.ts";
import { Rejection, rejecting } from "./rejection.ts";
import { type Statement, stateLog } from "./statement.ts";

/** What is said of a proven log is what the log says, and its contract is the one that is named. @throws Rejection */
export function verifyEvent(bundle: Bundle): void {
  verifyContract(bundle);
  const said = stateLog(bundle.contract.name, bundle.log);
  verifyStatement(bundle.event, said);
  verifyCredential(said);
}

function verifyContract({ chain, contract, log }: Bundle): void {
  rejecting("CHAIN", () => chainIdOf(chain));
  const [namespace, reference, address] = contract.account.split(":");
  if (`${namespace}:${reference}` !== chain)
    throw new Rejection("CHAIN", `the contract is named on ${namespace}:${reference}, the block is of ${chain}`);
  if (address !== log.address)
    throw new Rejection("CONTRACT", `the log is of ${log.address}, not of the contract ${address}`);
  if (contract.creation !== null && createdAddress(contract.creation) !== log.address)
    throw new Rejection("CREATION", `what is said of its creation does not lead to the address ${log.address}`);
}

function chainIdOf(chain: string): bigint {
  try {
    return parseChainId(chain);
  } catch (cause) {
    throw new EvidenceError(`${chain} is no chain`, { cause });
  }
}

function verifyStatement(claimed: Statement, said: Statement): void {
  if (claimed.kind !== said.kind)
    throw new Rejection("EVENT_KIND", `the log says ${said.kind}, the bundle ${claimed.kind}`);
  if (claimed.signature !== said.signature || claimed.topic !== said.topic)
    throw new Rejection("EVENT_SIGNATURE", `the log's event is ${said.signature}, with topic ${said.topic}`);
  for (const [i, { name, type, value }] of said.fields.entries()) {
    const field = claimed.fields[i];
    if (field?.name !== name || field.type !== type || field.value !== value)
      throw new Rejection("EVENT_FIELDS", `the log's field ${i} is ${type} ${name} = ${value}`);
  }
  if (claimed.fields.length !== said.fields.length)
    throw new Rejection(
      "EVENT_FIELDS",
      `the log has ${said.fields.length} fields, the bundle ${claimed.fields.length}`,
    );
  for (const name of Object.keys({ ...said.record, ...claimed.record }))
    if (said.record?.[name] !== claimed.record?.[name])
      throw new Rejection("EVENT_RECORD", `${name} of the record is ${said.record?.[name] ?? "not there"}`);
}

/** A credential is named by its holder, issuer and seal: no contract of the suite logs one that is not. */
function verifyCredential({ fields }: Statement): void {
  const value = (name: string): string | undefined => fields.find((field) => field.name === name)?.value;
  const [credential, holder, issuer, seal] = ["credential", "holder", "issuer", "seal"].map(value);
  if (credential === undefined || holder === undefined || issuer === undefined || seal === undefined) return;
  const ref = credentialRef(toAddress(fromHex(holder)), toAddress(fromHex(issuer)), toSeal(fromHex(seal)));
  if (toHex(ref) !== credential)
    throw new Rejection("CREDENTIAL", "the credential is not the one of its holder, issuer and seal");
}
