import type { Receipt } from "./verify.ts";

/** What a receipt that was verified says, and what it does not prove, line by line. Pure. */
export function explainReceipt(receipt: Receipt, signerKnown: boolean): string[] {
  const { question, answer, evaluatedAt, signer } = receipt;
  const { credential, grantee, purpose, use, ...asked } = question;
  const besides = Object.entries(asked).filter(([, value]) => value !== "" && value !== false && value !== "LATEST");
  return [
    `VERIFIED: the key of ${signer} signed this answer.`,
    "",
    `question     may ${grantee} read ${credential}`,
    `             for ${purpose === "0" ? "any purpose" : `purpose ${purpose}`}, use ${use}`,
    ...besides.map(([name, value]) => `             ${name} ${value}`),
    `answer       ${answer.decision}, ${answer.reason}${answer.state === "" ? "" : `, the grant is ${answer.state}`}`,
    `             ${printable(answer.explanation)}`,
    `             ${answer.validUntil === "0" ? "does not change by itself" : `changes by itself at ${time(answer.validUntil)} at the latest`}`,
    `answered     as of ${time(String(BigInt(answer.clock) / 1000n))}, signed at ${time(answer.signedAt)}`,
    ...evaluatedAt.map(
      ({ chain, status, verification, block, blockHash, finality }) =>
        `known up to  ${printable(chain)} block ${block} ${blockHash} (${printable([status, verification, finality].join(", "))})`,
    ),
    "",
    ...(signerKnown
      ? []
      : [
          "Not shown: whose key that is. Compare it with the address that the operator published, or pass it as --signer.",
        ]),
    "Not shown: that the answer was right. It is what the signer said; the blocks it names can be looked up on their chains.",
  ];
}

const time = (seconds: string): string => {
  const millis = BigInt(seconds) * 1000n;
  return millis > 8_640_000_000_000_000n ? `second ${seconds}` : new Date(Number(millis)).toISOString();
};

/** Whoever signed may have signed anything: nothing of it moves a cursor or paints a terminal. */
const printable = (text: string): string => text.replaceAll(/[\p{C}\p{Zl}\p{Zp}]/gu, "\uFFFD");
