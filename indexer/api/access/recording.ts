import type { IncomingMessage } from "node:http";
import type { QueryLog } from "../../ledger/queryLog.ts";
import type { Database } from "../database.ts";
import type { Asked } from "./asked.ts";
import type { KeyCaller } from "./caller.ts";
import { SeenChains } from "./seenChains.ts";

interface Question {
  readonly caller: KeyCaller;
  readonly request: IncomingMessage;
  readonly queries: QueryLog;
  /** Milliseconds since the unix epoch. */
  readonly askedAt: number;
}

const basics = ({ caller, request, askedAt }: Question) => ({
  askedAt,
  keyId: caller.keyId,
  request: `${request.method ?? "GET"} ${request.url ?? "/"}`,
});

/** A request that is recorded, with what its answer was read from, before the answer is sent. */
export function recorded({ database, ...question }: Question & { readonly database: Database }): Asked {
  const seen = new SeenChains();
  const { caller, queries, askedAt } = question;
  return {
    // One clock for the whole of it, the one that is recorded: with that and what was seen it can be asked again.
    context: { caller, database: database.noting((rows) => seen.note(rows)), clock: () => askedAt },
    settle: ({ status, body }) =>
      queries.write({
        ...basics(question),
        body: body === undefined ? null : Buffer.from(body, "utf8"),
        status,
        seen: seen.toJson(),
      }),
  };
}

/** A request that is recorded before anybody begins to answer it. */
export const recordFirst = (question: Question): Promise<void> =>
  question.queries.write({ ...basics(question), body: null, status: null, seen: "[]" });
