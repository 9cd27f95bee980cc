import type { CredentialRef } from "../../grants/bytes.ts";
import { toCredentialRef } from "../../grants/bytes.ts";
import { PURPOSES } from "../../grants/codes.ts";
import type { UnixTime } from "../../grants/record.ts";
import { type Answer, answerBy } from "../ask.ts";
import type { Context } from "../context.ts";
import { explainOutcome } from "../explainOutcome.ts";
import type { ReadUse } from "../grantDecision.ts";
import type { AccessKey } from "../key.ts";
import { refuseFuture } from "../queries/present.ts";
import { type Access, AccessList } from "../read/accesses.ts";
import { type Registered, readRegistered } from "../read/registered.ts";
import type { Column } from "./column.ts";
import type { Asked, Batch, Report } from "./report.ts";

/** Who could read a credential at a moment, decided as `check` decides: `whoCanRead`, all of it. */

interface ReadersArgs {
  readonly credential: CredentialRef;
  readonly at: UnixTime | undefined;
  readonly use: ReadUse;
  readonly purpose: number | undefined;
}

interface ReaderRow {
  readonly access: Access<Answer>;
  readonly grantee: Registered | undefined;
}

const AT_ONCE = 200;

const COLUMNS: readonly Column<ReaderRow>[] = [
  {
    name: "grantee",
    type: "Address",
    description: "Who could read.",
    value: ({ access }) => access.key.grantee,
  },
  {
    name: "granteeName",
    type: "String",
    description: "The registered name of who could read; null where it is not registered.",
    nullable: true,
    value: ({ grantee }) => grantee?.name ?? null,
  },
  {
    name: "purpose",
    type: "Int",
    description: "Purpose code, see docs/CODES.md.",
    value: ({ access }) => access.key.purpose,
  },
  {
    name: "purposeName",
    type: "String",
    description: "Name of the purpose; null for a code without one.",
    nullable: true,
    value: ({ access }) => PURPOSES.get(access.key.purpose) ?? null,
  },
  {
    name: "use",
    type: "String",
    description: "What it was to be read for: PURPOSE or RECORD_KEEPING.",
    value: ({ access }) => access.answer.use,
  },
  {
    name: "decision",
    type: "String",
    description: "What check says: ALLOWED, or INDETERMINATE where it cannot be known.",
    value: ({ access }) => access.answer.outcome.decision,
  },
  {
    name: "reason",
    type: "String",
    description: "Why.",
    value: ({ access }) => access.answer.outcome.reason,
  },
  {
    name: "validUntil",
    type: "UnixTime",
    description: "When that changes by itself at the latest; null never.",
    nullable: true,
    value: ({ access }) => access.answer.outcome.validUntil ?? null,
  },
  {
    name: "chain",
    type: "ChainId",
    description: "The chain of the grant that decided; null where none did.",
    nullable: true,
    value: ({ access }) => access.answer.outcome.deciding?.grant.chainId ?? null,
  },
  {
    name: "holder",
    type: "Address",
    description: "Whose credential it is; null where no grant decided.",
    nullable: true,
    value: ({ access }) => access.answer.outcome.deciding?.grant.holder ?? null,
  },
  {
    name: "explanation",
    type: "String",
    description: "The same in words.",
    value: ({ access }) => explainOutcome(access.answer),
  },
];

export const READERS: Report<ReadersArgs, ReaderRow, AccessKey> = {
  name: "readers",
  title: "Who could read a credential at a moment",
  description: "Everybody who could read the credential at that moment, as check decides.",
  parameters: [
    { name: "credential", type: "Bytes32", required: true },
    { name: "at", type: "UnixTime" },
    { name: "use", type: "ReadUse" },
    { name: "purpose", type: "Purpose" },
  ],
  columns: COLUMNS,
  counted: "decision",
  toArgs(given, moment, chains) {
    const at = given["at"] as UnixTime | undefined;
    refuseFuture({ ...moment, at }, chains);
    return {
      credential: toCredentialRef(given["credential"] as Uint8Array),
      at,
      use: (given["use"] ?? "PURPOSE") as ReadUse,
      purpose: given["purpose"] as number | undefined,
    };
  },
  rows: readerRows,
};

async function* readerRows(
  context: Context,
  { args, moment: asked }: Asked<ReadersArgs>,
  after: AccessKey | undefined,
): AsyncGenerator<Batch<ReaderRow, AccessKey>, void, undefined> {
  const { credential, use, purpose, at } = args;
  const moment = { ...asked, at };
  const question = {
    ...{ credential, grantee: undefined, purpose, use, chainId: undefined, demands: {} },
    maxStalenessSeconds: context.maxStalenessSeconds,
  };
  const list = new AccessList(context.database, question, moment, ({ pair, chains }): Answer => {
    return answerBy(context, { ...pair, use }, {}, moment, chains);
  });
  for (let last = after; ; ) {
    const { items } = await list.read({ limit: AT_ONCE, backward: false, inclusive: false, after: last });
    const registered = await readRegistered(
      context.database,
      items.map(({ key }) => key.grantee),
      moment,
    );
    if (items.length > 0)
      yield items.map((access) => {
        const { deciding } = access.answer.outcome;
        const grantee = registered(access.key.grantee, deciding?.grant.chainId);
        return { row: { access, grantee }, key: access.key };
      });
    if (items.length < AT_ONCE) return;
    last = items.at(-1)?.key;
  }
}
