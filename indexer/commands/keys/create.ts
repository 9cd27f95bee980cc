import type { Address } from "../../grants/bytes.ts";
import { parseAddress } from "../../grants/caip.ts";
import { API_ROLES, type ApiRole, createKey, type KeyOwner } from "../../ledger/keys/keyTable.ts";
import { explain } from "../../ops/errors.ts";
import { type Command, EXIT, type OptionValues, required, UsageError } from "../command.ts";
import { shown, withKeys } from "./withKeys.ts";

export const create: Command = {
  name: "create",
  summary: "make a key, and show it this once",
  usage: '--role institution|auditor|operator [--account 0x…] --name "…"',
  help: `An institution's key answers about the grants of --account, an auditor's about everything, an operator's about the log of
queries too. The key is printed once: what is stored is its hash. It is known to a running indexer at once. Keys are asked
for where access.keys is true in the configuration.`,
  arguments: [],
  options: { role: { type: "string" }, account: { type: "string" }, name: { type: "string" } },
  async run({ databaseUrl, report, by }, _args, options) {
    const owner = ownerOf(options);
    const { key, stored } = await withKeys(databaseUrl, (client) => createKey(client, owner, by));
    report.line(`Key ${stored.id}, ${stored.role}, for ${stored.name}. It is not shown again:\n\n${key}`);
    report.result({ ...shown(stored), key });
    return EXIT.done;
  },
};

function ownerOf(options: OptionValues): KeyOwner {
  const role = roleOf(required(options, "role"));
  const name = required(options, "name");
  const given = options["account"];
  if (role === "INSTITUTION") return { role, name, account: accountOf(required(options, "account")) };
  if (given !== undefined) throw new UsageError(`--account is for --role institution, and the role is ${role}`);
  return { role, name };
}

function roleOf(text: string): ApiRole {
  const role = API_ROLES.find((one) => one === text.toUpperCase());
  if (role === undefined) throw new UsageError(`--role: expected institution, auditor or operator, got ${text}`);
  return role;
}

function accountOf(text: string): Address {
  try {
    return parseAddress(text);
  } catch (error) {
    throw new UsageError(`--account: ${explain(error)}`);
  }
}
