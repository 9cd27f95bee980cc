/** `npm run verify-receipt -- <file.json> [--signer 0x…]`: whether a receipt is what a key signed. Asks nobody. */
import { readFileSync } from "node:fs";
import { parseArgs } from "node:util";
import { explainReceipt } from "./explainReceipt.ts";
import { parseReceipt, ReceiptError, verifyReceipt } from "./verify.ts";

const EXIT = { verified: 0, refused: 1, usage: 2 } as const;
const USAGE = "npm run verify-receipt -- <file.json> [--signer <address that the operator published>]";

process.exitCode = main(process.argv.slice(2));

function main(argv: string[]): number {
  let file: string | undefined;
  let signer: string | undefined;
  let text: string;
  try {
    const { values, positionals } = parseArgs({
      args: argv,
      options: { signer: { type: "string" } },
      allowPositionals: true,
    });
    [file, signer] = [positionals[0], values.signer];
    if (file === undefined || positionals.length > 1) throw new Error("expected one file");
    if (signer !== undefined && !/^0x[0-9a-fA-F]{40}$/.test(signer)) throw new Error("--signer: expected an address");
    text = readFileSync(file, "utf8");
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n${USAGE}\n`);
    return EXIT.usage;
  }
  try {
    const receipt = verifyReceipt(parseReceipt(text), signer);
    process.stdout.write(`${explainReceipt(receipt, signer !== undefined).join("\n")}\n`);
    return EXIT.verified;
  } catch (error) {
    if (!(error instanceof ReceiptError)) throw error;
    process.stderr.write(`REFUSED ${error.fault}: ${error.message}\n`);
    return EXIT.refused;
  }
}
