import { listKeys } from "../../ledger/keys/keyTable.ts";
import { type Command, EXIT } from "../command.ts";
import { shown, withKeys } from "./withKeys.ts";

export const list: Command = {
  name: "list",
  summary: "whose keys there are, and which of them were revoked",
  usage: "",
  help: "All that were ever made, the oldest first. The keys themselves are nowhere but with their owners.",
  arguments: [],
  options: {},
  async run({ databaseUrl, report }) {
    const keys = (await withKeys(databaseUrl, listKeys)).map(shown);
    for (const { id, role, name, account, createdAt, createdBy, revokedAt, revokedBy } of keys) {
      const whose = account === null ? name : `${name}, ${account}`;
      const ended = revokedAt === null ? "" : `; revoked ${revokedAt.toISOString()} by ${revokedBy}`;
      report.line(`${id}  ${role}  ${whose}  made ${createdAt.toISOString()} by ${createdBy}${ended}`);
    }
    if (keys.length === 0) report.line("There are no keys.");
    report.result({ keys });
    return EXIT.done;
  },
};
