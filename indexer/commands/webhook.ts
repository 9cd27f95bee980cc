import { Database } from "../api/database.ts";
import { readHorizons } from "../api/read/horizon.ts";
import { encodePositions, endOf } from "../api/watch/position.ts";
import { type Address, type CredentialRef, fromHex, toCredentialRef } from "../grants/bytes.ts";
import { parseAddress } from "../grants/caip.ts";
import { explain, OperatorError } from "../ops/errors.ts";
import {
  addWebhook,
  endWebhook,
  listDeadLetters,
  listWebhooks,
  replayDeadLetters,
  startWebhook,
} from "../webhooks/manage.ts";
import { whyNot } from "../webhooks/post.ts";
import { SecretBox } from "../webhooks/secretBox.ts";
import { chainArgument } from "./chainArgument.ts";
import { type Command, type CommandContext, EXIT, type OptionValues, UsageError } from "./command.ts";
import { withLedger } from "./ledgerClient.ts";

const ACTS = ["add", "end", "start", "dead", "replay"] as const;

export const webhook: Command = {
  name: "webhook",
  summary: "who is told by POST: list them, add one, end or start one, see and replay what it did not take",
  usage:
    "[--add <url> [--grantee <address>] [--holder <address>] [--credential <ref>] [--chain <chain>] [--from beginning]] | [--end <id> | --start <id> | --dead <id> | --replay <id>]",
  help: `Without options, the list. --add prints the secret once: give it to the receiver; it is kept encrypted and shown nowhere
again. A webhook is told what becomes known after it was added, or everything with --from beginning. --end stops it; --start goes on
where it stood, and tries at once what waits. --dead shows what a receiver did not take in some two days of attempts;
--replay has all of that sent again. docs/WEBHOOKS.md says what a receiver gets and must do.`,
  arguments: [],
  options: {
    ...Object.fromEntries(ACTS.map((act) => [act, { type: "string" as const }])),
    ...{ grantee: { type: "string" }, holder: { type: "string" }, credential: { type: "string" } },
    ...{ chain: { type: "string" }, from: { type: "string" } },
  },
  async run(context, _args, options) {
    const acts = ACTS.filter((act) => options[act] !== undefined);
    if (acts.length > 1) throw new UsageError(`say one of ${ACTS.map((act) => `--${act}`).join(", ")}`);
    const [act] = acts;
    if (act === undefined) return list(context);
    const value = String(options[act]);
    if (act === "add") return add(context, value, options);
    return one(context, act, value);
  },
};

async function list({ databaseUrl, report }: CommandContext) {
  const webhooks = await withLedger(databaseUrl, "webhook", listWebhooks);
  for (const { id, url, status, attempts, problem, deadLetters } of webhooks)
    report.line(
      [
        `${id}  ${status}  ${url}`,
        ...(attempts > 0 ? [`${attempts} attempts in vain`] : []),
        ...(problem === null ? [] : [problem]),
        ...(deadLetters > 0 ? [`${deadLetters} dead letters`] : []),
      ].join("  "),
    );
  if (webhooks.length === 0) report.line("There are no webhooks.");
  report.result({ webhooks });
  return EXIT.done;
}

async function add({ databaseUrl, config, report, by }: CommandContext, url: string, options: OptionValues) {
  if (config.webhooks === undefined)
    throw new OperatorError("webhooks.key is not configured: secrets are kept encrypted with it (docs/WEBHOOKS.md)");
  const problem = whyNot(url, config.webhooks);
  if (problem !== undefined) throw new UsageError(`nothing would be sent to this URL: ${problem}`);
  const { from, chain } = options;
  if (from !== undefined && from !== "beginning") throw new UsageError('--from: expected "beginning"');
  const parsed = {
    grantee: parse(options, "grantee", parseAddress),
    holder: parse(options, "holder", parseAddress),
    credential: parse(options, "credential", (text): CredentialRef => toCredentialRef(fromHex(text))),
  } satisfies { grantee: Address | undefined; holder: Address | undefined; credential: CredentialRef | undefined };
  const chainId = typeof chain === "string" ? chainArgument(chain) : undefined;
  const cursor = from === undefined ? await cursorOfNow(databaseUrl) : encodePositions(new Map());
  const box = new SecretBox(config.webhooks.key);
  const { id, secret } = await withLedger(databaseUrl, "webhook", (client) =>
    addWebhook(client, box, { url, ...parsed, chain: chainId, cursor, by }),
  );
  report.line(`${id} is told from now on. Its secret, shown this once:`);
  report.line(secret);
  report.result({ id, secret });
  return EXIT.done;
}

async function one(
  { databaseUrl, report, by }: CommandContext,
  act: Exclude<(typeof ACTS)[number], "add">,
  id: string,
) {
  await withLedger(databaseUrl, "webhook", async (client) => {
    if (act === "end") {
      await endWebhook(client, id, by);
      report.line(`${id} is told nothing any more.`);
      report.result({ id, status: "ENDED" });
    } else if (act === "start") {
      await startWebhook(client, id);
      report.line(`${id} goes on where it stood.`);
      report.result({ id, status: "ACTIVE" });
    } else if (act === "replay") {
      const letters = await replayDeadLetters(client, id);
      report.line(`${letters} dead letters of ${id} are sent again.`);
      report.result({ id, letters });
    } else {
      const letters = await listDeadLetters(client, id);
      for (const { messageId, givenUpAt, problem } of letters)
        report.line(`${messageId}  ${givenUpAt.toISOString()}  ${problem}`);
      if (letters.length === 0) report.line(`${id} has no dead letters.`);
      report.result({ id, letters });
    }
  });
  return EXIT.done;
}

/** After everything that is known now. */
async function cursorOfNow(databaseUrl: string): Promise<string> {
  const database = new Database(databaseUrl, () => {});
  try {
    const horizons = await readHorizons(database);
    return encodePositions(new Map(horizons.map(({ chainId, knownAt }) => [chainId, endOf(knownAt)])));
  } finally {
    await database.close();
  }
}

function parse<T>(options: OptionValues, name: string, read: (text: string) => T): T | undefined {
  const text = options[name];
  if (typeof text !== "string") return undefined;
  try {
    return read(text);
  } catch (error) {
    throw new UsageError(`--${name}: ${explain(error)}`);
  }
}
