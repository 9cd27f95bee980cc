/** `npm run ledger -- <command>`: what an operator does to a ledger. docs/OPERATORS.md is the runbook. */
import { LEDGER } from "./commands.ts";
import { runFromShell } from "./shell.ts";

await runFromShell(LEDGER);
