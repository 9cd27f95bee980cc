/**
 * `npm run build:client`: the client as JavaScript with its types in `dist/client`, and `dist/package.json` beside it, so
 * that `npm publish ./dist` publishes the client alone: what the server needs is no business of those who ask it.
 */
import { spawnSync } from "node:child_process";
import { copyFileSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { complain, say } from "../terminal/output.ts";

const ROOT = fileURLToPath(new URL("../../", import.meta.url));
const { values } = parseArgs({ options: { out: { type: "string", default: join(ROOT, "dist") } } });
const out = resolve(values.out);

rmSync(join(out, "client"), { recursive: true, force: true });
const { status, stdout, stderr } = spawnSync(
  process.execPath,
  [join(ROOT, "node_modules/typescript/bin/tsc"), "-p", join(ROOT, "client"), "--outDir", join(out, "client")],
  { encoding: "utf8" },
);
if (status === 0) {
  writeFileSync(join(out, "package.json"), `${JSON.stringify(manifest(), null, 2)}\n`);
  copyFileSync(join(ROOT, "LICENSE"), join(out, "LICENSE"));
  copyFileSync(join(ROOT, "docs/CLIENT.md"), join(out, "README.md"));
  say(`The client is in ${out}; \`npm publish\` and \`npm pack\` take that folder.`);
} else {
  complain(`${stdout}${stderr}\nThe client cannot be built.`);
  process.exitCode = 1;
}

/** What others need to know of the package: the client under the export that it has in this repository too. */
function manifest(): object {
  const { name, version, description, license, engines, type, exports } = JSON.parse(
    readFileSync(join(ROOT, "package.json"), "utf8"),
  ) as Record<string, unknown>;
  const here = JSON.parse(JSON.stringify(exports).replaceAll("./dist/", "./")) as object;
  return { name, version, description, license, type, engines, sideEffects: false, exports: here };
}
