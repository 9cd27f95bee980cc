/**
 * `npm run build:client`: the client as JavaScript with its types in `dist/client`, and `dist/package.json` beside it, so
 * that `npm publish ./dist` publishes the client alone: what the server needs is no business of those who ask it.
 */
import { spawnSync } from "node:child_process";
import { copyFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { build } from "esbuild";
import { complain, say } from "../terminal/output.ts";

const ROOT = fileURLToPath(new URL("../../", import.meta.url));
/** Module scripts that may wait at their top, and BigInt. */
const BROWSERS = ["chrome111", "firefox115", "safari16.4"];
const { values } = parseArgs({ options: { out: { type: "string", default: join(ROOT, "dist") } } });
const out = resolve(values.out);

rmSync(join(out, "client"), { recursive: true, force: true });
try {
  compile("tsconfig.json", join(out, "client"));
  await buildVerify();
  writeFileSync(join(out, "package.json"), `${JSON.stringify(manifest(), null, 2)}\n`);
  copyFileSync(join(ROOT, "LICENSE"), join(out, "LICENSE"));
  copyFileSync(join(ROOT, "docs/CLIENT.md"), join(out, "README.md"));
  say(`The client is in ${out}; \`npm publish\` and \`npm pack\` take that folder.`);
} catch (error) {
  complain(`${error instanceof Error ? error.message : error}\nThe client cannot be built.`);
  process.exitCode = 1;
}

/** @throws Error with what the compiler says. */
function compile(project: string, folder: string): void {
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    [join(ROOT, "node_modules/typescript/bin/tsc"), "-p", join(ROOT, "client", project), "--outDir", folder],
    { encoding: "utf8" },
  );
  if (status !== 0) throw new Error(`${stdout}${stderr}`);
}

/** What checks evidence and receipts, with all that it needs in one file: whoever checks installs nothing else. */
async function buildVerify(): Promise<void> {
  await build({
    absWorkingDir: ROOT,
    entryPoints: ["client/verify.ts"],
    outfile: join(out, "client", "verify.js"),
    bundle: true,
    format: "esm",
    platform: "browser",
    target: BROWSERS,
    // What Node has and browsers have not.
    inject: [join(ROOT, "scripts/client/buffer.mjs")],
    minifySyntax: true,
    minifyWhitespace: true,
    charset: "ascii",
    legalComments: "inline",
  });
  const declared = mkdtempSync(join(tmpdir(), "grantledger-types-"));
  try {
    compile("tsconfig.verify.json", declared);
    copyFileSync(join(declared, "client/verify.d.ts"), join(out, "client", "verify.d.ts"));
  } finally {
    rmSync(declared, { recursive: true });
  }
}

/** What others need to know of the package: the client under the export that it has in this repository too. */
function manifest(): object {
  const { name, version, description, license, engines, type, exports } = JSON.parse(
    readFileSync(join(ROOT, "package.json"), "utf8"),
  ) as Record<string, unknown>;
  const here = JSON.parse(JSON.stringify(exports).replaceAll("./dist/", "./")) as object;
  return { name, version, description, license, type, engines, sideEffects: false, exports: here };
}
