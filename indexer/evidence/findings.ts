import { fromHex, toAddress } from "../grants/bytes.ts";
import { checksum } from "../grants/caip.ts";
import { LEGAL_BASES, PURPOSES } from "../grants/codes.ts";
import type { NodeAnswer } from "./askNode.ts";
import type { Bundle } from "./bundle.ts";

/** A verified bundle in words. */

export function summary({ chain, block, contract, log, receipt, event }: Bundle): string[] {
  const width = Math.max(...event.fields.map(({ name }) => name.length), 4);
  return [
    `${event.kind} by ${contract.name} ${checksum(toAddress(fromHex(log.address)))}`,
    `block ${block.number} of ${chain}, ${moment(block.time)}, transaction ${receipt.index}, log ${log.index} of its receipt`,
    ...event.fields.map(({ name, type, value }) => `  ${name.padEnd(width)}  ${shown(name, type, value)}`),
    ...Object.entries(event.record ?? {}).map(([name, value]) => `    ${name.padEnd(width)}${when(name, value)}`),
  ];
}

export function proven({ block, receipt, transaction, log, contract, event }: Bundle): string[] {
  const lines = [
    `the header hashes to ${block.hash}: number ${block.number}, time ${moment(block.time)} and every other field are that block's`,
    `receipt ${receipt.index} is in the block's receipts, by ${receipt.proof.length} nodes of their trie; its transaction succeeded`,
    `log ${log.index} of that receipt is of contract ${log.address}, with these very topics and data`,
    event.signature === null
      ? "the log is nothing that a contract of this name says"
      : `the log says ${event.signature}, with these fields, decoded here from its bytes`,
  ];
  if (event.fields.some(({ name }) => name === "credential") && event.fields.some(({ name }) => name === "seal"))
    lines.push("the credential's reference is the hash of its holder, issuer and seal");
  if (transaction !== null)
    lines.push(
      `transaction ${receipt.index} of the block is ${transaction.hash}, ${transaction.signedFor === null ? "of no chain in particular" : `signed for ${transaction.signedFor} and no other chain`}`,
    );
  if (contract.creation !== null)
    lines.push(
      `the contract's address is that of code with creation hash ${contract.creation.initCodeHash}, by deployer ${contract.creation.deployer}`,
    );
  return lines;
}

export function notProven(
  { chain, block, transaction, contract, claims }: Bundle,
  answer: NodeAnswer | undefined,
): string[] {
  const lines: string[] = [];
  if (answer === undefined) {
    lines.push(
      `that block ${block.hash} is canonical, or ever was: ask a node that you trust (--rpc), or compare the hash with an explorer`,
    );
    if (transaction === null || transaction.signedFor === null)
      lines.push(`that the block is of ${chain}: a header does not name its chain`);
  }
  if (transaction === null)
    lines.push(`that the transaction's hash is ${claims.transactionHash}: receipts do not name it`);
  lines.push(
    contract.creation === null
      ? `that ${contract.account} is a contract of this product: compare the address with the published deployment`
      : "that the creation code is this product's: compare its hash with the published deployment; its code and ABI hashes are the server's word",
    `that no later event ended or changed what this one says`,
    `the server's word, as of ${claims.statedAt}: log ${claims.logIndexInBlock} of the block, ${claims.verification}, ${claims.finality ?? "dropped by a reorg"}, learned ${claims.learnedAt}${claims.retractedAt === null ? "" : `, retracted ${claims.retractedAt}`}`,
  );
  return lines;
}

const moment = (seconds: string): string => {
  const ms = Number(seconds) * 1000;
  return ms <= 8.64e15 ? new Date(ms).toISOString().replace(".000Z", "Z") : `${seconds} s`;
};

const utf8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/** Text that a stranger chose: as JSON, so that nothing in it can move a terminal's cursor. */
function text(value: string): string {
  try {
    return escaped(JSON.stringify(utf8.decode(fromHex(value))));
  } catch {
    return `${value} (not UTF-8)`;
  }
}

/** JSON leaves the controls beyond ASCII and those of writing direction as they are. */
const escaped = (json: string): string =>
  json.replace(/[\u007f-\u009f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]/g, (char) => {
    return `\\u${char.charCodeAt(0).toString(16).padStart(4, "0")}`;
  });

function shown(name: string, type: string, value: string): string {
  if (type === "address") return checksum(toAddress(fromHex(value)));
  if (type === "string") return text(value);
  if (name === "purpose") return `${value} ${PURPOSES.get(Number(value)) ?? ""}`.trimEnd();
  if (name === "legalBasis") return `${value} ${LEGAL_BASES.get(Number(value)) ?? ""}`.trimEnd();
  return value;
}

const COUNTS = new Set(["retention", "sequence", "flags"]);

const when = (name: string, value: string): string =>
  COUNTS.has(name) || value === "0" ? value : `${value}  ${moment(value)}`;
