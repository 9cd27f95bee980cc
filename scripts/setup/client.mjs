import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { hash, pinnedNode, readStamp, stamp } from "./installed.mjs";
import { runTool } from "./tool.mjs";

const SCHEMA = join("indexer", "ledger", "schema.prisma");
const OUTPUT = join("indexer", "ledger", "generated");
const PRISMA_TIMEOUT_MS = 2 * 60_000;

const schemaHash = (root) => hash([readFileSync(join(root, SCHEMA), "utf8")]);

/** A new install starts a new stamp, so a new version of Prisma generates anew. */
export function clientIsGenerated(root) {
  if (!existsSync(join(root, SCHEMA))) return true;
  return existsSync(join(root, OUTPUT)) && readStamp(root).client === schemaHash(root);
}

/** The typed database client that the sources import. It is not committed, because it holds 1 MB of Prisma's runtime. */
export async function generateClient(root, lock) {
  await runTool({
    command: pinnedNode(root),
    args: [join("node_modules", "prisma", "build", "index.js"), "generate", "--schema", SCHEMA],
    cwd: root,
    env: {
      ...process.env,
      // `generate` works with WebAssembly alone, but looks for an engine binary, and would download one.
      PRISMA_SCHEMA_ENGINE_BINARY: pinnedNode(root),
      PRISMA_HIDE_UPDATE_MESSAGE: "1",
      CHECKPOINT_DISABLE: "1",
    },
    timeoutMs: PRISMA_TIMEOUT_MS,
    lock,
    advice: `Please look at what it says about ${SCHEMA}.`,
  });
  stamp(root, { client: schemaHash(root) });
}
