/** How often each line was run, by file. */
export type Hits = ReadonlyMap<string, ReadonlyMap<number, number>>;

/** From a trace file of LCOV, as `geninfo` describes it: `SF:<file>`, then `DA:<line>,<count>` for each line. */
export function hitsOf(lcov: string): Hits {
  const hits = new Map<string, Map<number, number>>();
  let lines = new Map<number, number>();
  for (const record of lcov.split("\n")) {
    const [, kind, value = ""] = /^(SF|DA):(.*)$/.exec(record) ?? [];
    if (kind === "SF") {
      lines = hits.get(value) ?? new Map<number, number>();
      hits.set(value, lines);
    }
    const [line, count] = value.split(",").map(Number);
    if (kind === "DA" && line !== undefined && count !== undefined) lines.set(line, count + (lines.get(line) ?? 0));
  }
  return hits;
}
