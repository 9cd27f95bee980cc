import type { Command } from "./command.ts";
import type { Program } from "./main.ts";
import { quarantine } from "./quarantine.ts";
import { raise } from "./raise.ts";
import { reader } from "./reader.ts";
import { rebuild } from "./rebuild.ts";
import { resume } from "./resume.ts";
import { retire } from "./retire.ts";
import { status } from "./status.ts";
import { verify } from "./verify.ts";
import { webhook } from "./webhook.ts";

/** Every command, in the order in which they are shown. */
export const COMMANDS: readonly Command[] = [
  status,
  quarantine,
  resume,
  verify,
  raise,
  rebuild,
  retire,
  reader,
  webhook,
];

export const LEDGER: Program = { name: "npm run ledger", commands: COMMANDS };
