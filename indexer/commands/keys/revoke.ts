import { revokeKey } from "../../ledger/keys/keyTable.ts";
import { type Command, EXIT, UsageError } from "../command.ts";
import { shown, withKeys } from "./withKeys.ts";

export const revoke: Command = {
  name: "revoke",
  summary: "end a key, for ever",
  usage: "<id>",
  help: `Every indexer stops answering it within some seconds. What was asked with it stays in the log, and the key in the list.
There is no way back: make another one.`,
  arguments: ["id"],
  options: {},
  async run({ databaseUrl, report, by }, [id = ""]) {
    if (!/^[1-9][0-9]{0,8}$/.test(id)) throw new UsageError(`<id>: expected the number that \`list\` shows, got ${id}`);
    const stored = await withKeys(databaseUrl, (client) => revokeKey(client, Number(id), by));
    report.line(`Key ${stored.id} of ${stored.name} is revoked.`);
    report.result(shown(stored));
    return EXIT.done;
  },
};
