import { readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { PrismaPg } from "@prisma/adapter-pg";
import { bindMigrationAwareSqlAdapterFactory } from "@prisma/driver-adapter-utils";
import type { SchemaEngine } from "@prisma/schema-engine-wasm";

/**
 * Prisma's schema engine as WebAssembly. The `prisma` command would download a native engine, which a machine behind a
 * firewall cannot; the WebAssembly build comes with the package and keeps the same `_prisma_migrations` table, so an
 * operator may use `prisma migrate deploy` on the same folder and database.
 */

export const SCHEMA_PATH = fileURLToPath(new URL("./schema.prisma", import.meta.url));

/** No tables or enums are managed by someone else. */
export const NO_FILTER = { externalTables: [], externalEnums: [] };

/** The part of the global that is used here; the type library of Node does not declare it. */
declare const WebAssembly: {
  instantiate(bytes: Uint8Array, imports: object): Promise<{ instance: { exports: { __wbindgen_start(): void } } }>;
};

interface EngineModule {
  SchemaEngine: typeof SchemaEngine;
  __wbg_set_wasm(exports: object): void;
}

let loaded: Promise<EngineModule> | undefined;

/** Once per process: the glue code keeps views of the memory of the one instance it was given. */
function loadEngine(): Promise<EngineModule> {
  loaded ??= (async () => {
    // The package's own entry imports the .wasm as a module, which Node does only behind a flag.
    const glueUrl = new URL("schema_engine_bg.js", import.meta.resolve("@prisma/schema-engine-wasm"));
    const glue = (await import(glueUrl.href)) as EngineModule;
    const wasm = await readFile(new URL("schema_engine_bg.wasm", glueUrl));
    const imports = { ...glue, ...idleTimers(glue) };
    const { instance } = await WebAssembly.instantiate(wasm, { "./schema_engine_bg.js": imports });
    glue.__wbg_set_wasm(instance.exports);
    instance.exports.__wbindgen_start();
    return glue;
  })();
  return loaded;
}

/** The engine leaves the timer of its own lock running for ten seconds, which must not keep the process alive. */
function idleTimers(glue: object): object {
  const timer = (callback: () => void, ms: number) => setTimeout(callback, ms).unref();
  const names = Object.keys(glue).filter((name) => name.startsWith("__wbg_setTimeout_"));
  return Object.fromEntries(names.map((name) => [name, timer]));
}

/** An engine on one database. The caller frees it. */
export async function openSchemaEngine(databaseUrl: string): Promise<SchemaEngine> {
  const engine = await loadEngine();
  return engine.SchemaEngine.new(
    { datamodels: [["schema.prisma", await readFile(SCHEMA_PATH, "utf8")]] },
    () => {},
    // The engine leaves its pool open; unused connections must neither linger nor keep the process alive.
    bindMigrationAwareSqlAdapterFactory(
      new PrismaPg({ connectionString: databaseUrl, allowExitOnIdle: true, idleTimeoutMillis: 100 }),
    ),
  );
}
