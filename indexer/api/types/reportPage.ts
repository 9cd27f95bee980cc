import { builder } from "../builder.ts";
import type { Setting } from "../queries/present.ts";
import type { Report, ReportText } from "../reports/report.ts";
import { ChainEvaluation } from "./chainEvaluation.ts";
import { ChainStatus } from "./chainStatus.ts";
import { Finality } from "./finality.ts";
import { ReadUse } from "./readUse.ts";
import { KeptBy, RetentionEnd } from "./retentionEnd.ts";

export interface ReportPage<Row> extends Setting {
  readonly rows: readonly Row[];
  readonly endCursor: string | null;
  readonly hasNextPage: boolean;
}

/** Columns whose few values are named in the schema. */
const ENUMS: Readonly<Record<string, unknown>> = {
  ...{ access: ReadUse, finality: Finality, chainStatus: ChainStatus, what: RetentionEnd, keptBy: KeptBy },
};

/** The types of a report's rows and pages, from its columns. */
export function reportPage<Args, Row, Key>(
  name: string,
  report: Pick<Report<Args, Row, Key>, "columns"> & Pick<ReportText, "description">,
) {
  const RowType = builder.objectRef<Row>(name).implement({
    description: `A row of the report. ${report.description}`,
    fields: (t) =>
      Object.fromEntries(
        report.columns.map((column) => {
          const options = {
            type: ENUMS[column.name] ?? column.type,
            nullable: column.nullable ?? false,
            description: column.description,
            resolve: (row: Row) => column.value(row),
          };
          // The type of a field follows from its column, which the compiler cannot see here; column.ts ties type and value.
          return [column.name, t.field(options as never)];
        }),
      ),
  });
  return builder.objectRef<ReportPage<Row>>(`${name}Page`).implement({
    description: `A page of the report. ${report.description}`,
    fields: (t) => ({
      nodes: t.field({ type: [RowType], description: "The rows.", resolve: ({ rows }) => [...rows] }),
      hasNextPage: t.boolean({ description: "Whether rows follow the page.", resolve: (page) => page.hasNextPage }),
      endCursor: t.string({
        nullable: true,
        description: "Opaque place of the last row, for `after`; null when the page is empty.",
        resolve: (page) => page.endCursor,
      }),
      complete: t.boolean({
        description: "Whether every chain can be relied on: else something may be missing.",
        resolve: ({ complete }) => complete === true,
      }),
      evaluatedAt: t.field({
        type: [ChainEvaluation],
        description: "The chains, and up to where each was known.",
        resolve: ({ evaluatedAt }) => evaluatedAt,
      }),
      knownAt: t.field({
        type: "KnownAt",
        description: "To be given as `knownAt` for the next page, so that all pages are of one truth.",
        resolve: ({ knownAt }) => knownAt,
      }),
    }),
  });
}
