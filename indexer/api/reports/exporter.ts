import { createHash } from "node:crypto";
import type { Context } from "../context.ts";
import type { Checkpoint, Checkpoints } from "./checkpoints.ts";
import { textOf } from "./column.ts";
import type { Format } from "./format.ts";
import type { Manifest, ManifestHead } from "./manifest.ts";
import type { Asked, Report } from "./report.ts";

/** One report in one form, as of one truth: the same bytes whenever it is made. */
export interface Export<Args, Row, Key> {
  readonly report: Report<Args, Row, Key>;
  readonly format: Format;
  readonly asked: Asked<Args>;
  readonly head: ManifestHead;
  /** Names it among all others. */
  readonly id: string;
}

/** A long sort may go before the first row. */
const TIMEOUT_MS = 600_000;

/**
 * The bytes from this one on; those before it are made again from the nearest place that is remembered.
 * @throws RetryableError when the database does not answer.
 */
export async function* exportFrom<Args, Row, Key>(
  context: Context,
  { report, format, asked, head, id }: Export<Args, Row, Key>,
  offset: number,
  { checkpoints, signal }: { readonly checkpoints: Checkpoints; readonly signal: AbortSignal },
): AsyncGenerator<Buffer, void, undefined> {
  const { columns } = report;
  const counted = columns.find(({ name }) => name === report.counted);
  let place: Checkpoint<Key> = checkpoints.before(id, offset) ?? BEGINNING();
  const hash = place.hash.copy();
  const counts = new Map(place.counts);
  let { bytes, rows } = place;
  const take = (text: string): Buffer | undefined => {
    const made = Buffer.from(text, "utf8");
    const skipped = Math.max(0, offset - bytes);
    bytes += made.length;
    return skipped >= made.length ? undefined : made.subarray(skipped);
  };
  const hashed = (text: string): Buffer | undefined => {
    hash.update(text, "utf8");
    return take(text);
  };

  if (place.bytes === 0) {
    const piece = hashed(format.head(report, columns));
    if (piece !== undefined) yield piece;
  }
  for await (const batch of report.rows(context, asked, place.after, { timeoutMs: TIMEOUT_MS, signal })) {
    let text = "";
    for (const { row } of batch) {
      text += format.row(columns, row);
      const kind = (counted && textOf(counted, row)) ?? "NONE";
      counts.set(kind, (counts.get(kind) ?? 0) + 1);
    }
    rows += batch.length;
    const piece = hashed(text);
    const last = batch.at(-1);
    if (last !== undefined && bytes - place.bytes >= checkpoints.spacing(id)) {
      place = { bytes, rows, counts: new Map(counts), hash: hash.copy(), after: last.key };
      checkpoints.note(id, place);
    }
    if (piece !== undefined) yield piece;
  }
  const manifest: Manifest = {
    ...head,
    rows,
    counts: Object.fromEntries([...counts].sort(([a], [b]) => (a < b ? -1 : 1))),
    bytes,
    sha256: hash.digest("hex"),
  };
  const piece = take(format.manifest(manifest, columns.length));
  if (piece !== undefined) yield piece;
}

const BEGINNING = <Key>(): Checkpoint<Key> => ({
  ...{ bytes: 0, rows: 0, counts: new Map(), after: undefined },
  hash: createHash("sha256"),
});
