import { readFile } from "node:fs/promises";
import type pg from "pg";
import { NO_FILTER, openSchemaEngine, SCHEMA_PATH } from "./schemaEngine.ts";

/**
 * What a database consists of, as sorted lines of text, so that two databases can be compared by comparing lines.
 * Used to hold schema.prisma, the migrations and a running database together.
 */

const CATALOG_SQL = `
  SELECT format('column %s.%s %s%s%s', c.relname, a.attname, format_type(a.atttypid, a.atttypmod),
                CASE WHEN a.attnotnull THEN ' NOT NULL' ELSE '' END,
                ' DEFAULT ' || pg_get_expr(d.adbin, d.adrelid)) AS line
    FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid AND c.relkind IN ('r', 'p')
    LEFT JOIN pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
   WHERE c.relnamespace = 'public'::regnamespace AND a.attnum > 0 AND NOT a.attisdropped
     AND c.relname <> '_prisma_migrations'
  UNION ALL
  SELECT 'index ' || indexdef FROM pg_indexes WHERE schemaname = 'public' AND tablename <> '_prisma_migrations'
  UNION ALL
  SELECT format('constraint %s %s %s', conrelid::regclass, conname, pg_get_constraintdef(oid)) FROM pg_constraint
   WHERE connamespace = 'public'::regnamespace AND conrelid <> 0 AND conrelid::regclass::text <> '_prisma_migrations'
  UNION ALL
  SELECT format('enum %s %s', t.typname, string_agg(e.enumlabel, ',' ORDER BY e.enumsortorder))
    FROM pg_enum e JOIN pg_type t ON t.oid = e.enumtypid GROUP BY t.typname
  UNION ALL
  SELECT 'trigger ' || pg_get_triggerdef(oid) FROM pg_trigger WHERE NOT tgisinternal
  UNION ALL
  SELECT 'function ' || pg_get_functiondef(oid) FROM pg_proc WHERE pronamespace = 'public'::regnamespace
   ORDER BY line`;

export async function readCatalog(client: pg.ClientBase): Promise<string[]> {
  const result = await client.query<{ line: string }>(CATALOG_SQL);
  return result.rows.map((row) => row.line);
}

/** Lines of only one side: `- ` expected and missing, `+ ` found and unexpected. Empty when both agree. */
export function compareCatalogs(expected: readonly string[], found: readonly string[]): string[] {
  return [
    ...expected.filter((line) => !found.includes(line)).map((line) => `- ${line}`),
    ...found.filter((line) => !expected.includes(line)).map((line) => `+ ${line}`),
  ];
}

/** The SQL that makes schema.prisma's tables in an empty database (what is not in schema.prisma: the functions). */
export async function schemaAsSql(anyDatabaseUrl: string): Promise<string> {
  const engine = await openSchemaEngine(anyDatabaseUrl);
  try {
    const content = await readFile(SCHEMA_PATH, "utf8");
    const diff = await engine.diff({
      from: { tag: "empty" },
      to: { tag: "schemaDatamodel", files: [{ path: "schema.prisma", content }] },
      script: true,
      exitCode: null,
      filters: NO_FILTER,
    });
    return diff.stdout ?? "";
  } finally {
    engine.free();
  }
}
