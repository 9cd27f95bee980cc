/**
 * `npm run generate [-- --check]`: writes everything that is generated and committed. With `--check` it then fails if a
 * generated file differs from what git has committed or staged.
 */
import { spawnSync } from "node:child_process";
import { parseArgs } from "node:util";
import { complain, duration, say } from "./terminal/output.ts";

/** Each step is a script under the pinned Node, which `npm run` puts first on the PATH, and what it writes. */
const STEPS = [
  {
    what: "contract types",
    program: ["node_modules/hardhat/dist/src/cli.js", "build"],
    // Lists of the other files, in the order in which the contracts happened to compile.
    writes: ["typechain-types", ":(exclude)typechain-types/hardhat.d.ts", ":(exclude,glob)typechain-types/**/index.ts"],
  },
  { what: "frozen contracts", program: ["deploy/freeze.ts"], writes: ["deploy/artifacts", "test/contracts/*.json"] },
  { what: "GraphQL schema", program: ["indexer/api/printSchema.ts"], writes: ["indexer/api/schema.graphql"] },
  { what: "OpenAPI document", program: ["indexer/api/authzen/printOpenapi.ts"], writes: ["docs/openapi.json"] },
  { what: "client's types", program: ["scripts/client/generate.ts"], writes: ["client/generated"] },
  { what: "database client", program: ["scripts/run.mjs"], writes: [] },
] as const;

const { values } = parseArgs({ options: { check: { type: "boolean", default: false } } });
process.exitCode = regenerate() && (!values.check || matchesGit()) ? 0 : 1;

function regenerate(): boolean {
  for (const { what, program } of STEPS) {
    const began = performance.now();
    const { status, stdout, stderr } = spawnSync(process.execPath, program, { encoding: "utf8" });
    if (status !== 0) {
      complain(`${stdout}${stderr}\nCould not generate the ${what}: \`node ${program.join(" ")}\` failed.`);
      return false;
    }
    say(`generated: ${what}, in ${duration(performance.now() - began)}`);
  }
  return true;
}

/** The second column of `git status` is the working copy against what is staged: staging a new version is enough. */
function matchesGit(): boolean {
  const paths = STEPS.flatMap(({ writes }) => writes);
  const { status, stdout, stderr } = spawnSync("git", ["status", "--porcelain", "--", ...paths], { encoding: "utf8" });
  if (status !== 0) {
    complain(`git could not say what changed: ${stderr}`);
    return false;
  }
  const drifted = stdout.split("\n").filter((line) => line !== "" && line[1] !== " ");
  if (drifted.length === 0) return true;
  complain(`These generated files are not what their sources make of them:\n${drifted.join("\n")}`);
  complain("Please run `npm run generate` and commit them.");
  return false;
}
