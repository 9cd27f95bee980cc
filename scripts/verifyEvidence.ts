/**
 * `npm run verify-evidence -- file.json`: checks evidence of an event offline, with nothing but `indexer/evidence`.
 * docs/EVIDENCE.md says what the evidence is and what follows from it.
 */
import { runVerification } from "./evidence/run.ts";
import { complain, say } from "./terminal/output.ts";

process.exitCode = await runVerification(process.argv.slice(2), { say, complain });
