/** JSON-RPC 2.0 batches (https://www.jsonrpc.org/specification#batch) as text and back. Pure. */

/** One call of a batch. */
export interface Call {
  readonly method: string;
  readonly params: readonly unknown[];
}

/** Answers as large as these hold up what is small in the same batch. */
export const isHeavy = ({ method, params }: Call): boolean =>
  method === "eth_getLogs" && typeof params[0] === "object" && params[0] !== null && "fromBlock" in params[0];

/** What came for a call, or for the whole batch: not yet an error of ours. */
export interface Said {
  readonly result?: unknown;
  readonly error?: unknown;
}

/** The calls as one request, numbered from `firstId` on. A single call is sent alone, which every server understands. */
export function requestText(calls: readonly Call[], firstId: number): string {
  const requests = calls.map(({ method, params }, i) => ({ jsonrpc: "2.0", id: firstId + i, method, params }));
  return JSON.stringify(requests.length === 1 ? requests[0] : requests);
}

export type BatchAnswer =
  /** In the order of the calls. */
  | { readonly type: "answers"; readonly answers: readonly Said[] }
  /** One error about the whole request. */
  | { readonly type: "refused"; readonly error: unknown }
  /** Not the answers to these calls. */
  | { readonly type: "malformed"; readonly why: string };

/** Brings the answers into the order of the calls: each call exactly once, and nothing else. */
export function readAnswers(body: unknown, firstId: number, calls: number): BatchAnswer {
  const list: readonly unknown[] = Array.isArray(body) ? body : [body];
  const [only] = list;
  // Geth names the first call of a batch that it refuses as a whole.
  if (list.length === 1 && hasError(only) && (calls > 1 || idOf(only) === null))
    return { type: "refused", error: only.error };
  const answers = new Array<Said | undefined>(calls);
  let strange = 0;
  for (const one of list) {
    const at = Number(idOf(one) ?? Number.NaN) - firstId;
    if (typeof idOf(one) !== "number" || !(at >= 0 && at < calls)) strange++;
    else if (answers[at] !== undefined)
      return { type: "malformed", why: "the batch's answer has one call's answer twice" };
    else answers[at] = one as Said;
  }
  if (answers.includes(undefined)) return { type: "malformed", why: "the batch's answer lacks a call" };
  if (strange > 0) return { type: "malformed", why: "the batch's answer has one that nobody asked for" };
  return { type: "answers", answers: answers as Said[] };
}

const idOf = (one: unknown): unknown =>
  typeof one === "object" && one !== null ? ((one as { id?: unknown }).id ?? null) : undefined;

const hasError = (one: unknown): one is { error: unknown } =>
  typeof one === "object" && one !== null && ((one as { error?: unknown }).error ?? undefined) !== undefined;
