import { spawnSync } from "node:child_process";
import { delimiter, join, sep } from "node:path";
import { packagesHash, pinnedNode, readJson, stamp } from "./installed.mjs";
import { SetupError } from "./progress.mjs";
import { runTool } from "./tool.mjs";

/** Hardhat 3 refuses anything older, and npm run by an older Node leaves out its native part without a word. */
const OLDEST_NODE_FOR_NPM = [22, 13];
const NPM_TIMEOUT_MS = 15 * 60_000;

/** `npm ci`, run by a Node that is new enough whatever the host has, and a look at whether the result works. */
export async function install(root, lock) {
  const pinned = readJson(join(root, "package.json")).devDependencies.node;
  const path = pathOutside(root);
  const npm = ["ci", "--include=dev", "--include=optional", "--no-audit", "--no-fund", "--no-progress"];
  const direct = isNewEnough(hostNode(path));
  await runTool({
    command: direct ? "npm" : "npx",
    args: direct ? npm : ["-y", "-p", `node@${pinned}`, "npm", ...npm],
    cwd: root,
    env: {
      ...process.env,
      PATH: path,
      // Prisma's own install script fetches an engine binary that nothing here uses, unless it is told of one.
      PRISMA_SCHEMA_ENGINE_BINARY: process.execPath,
    },
    timeoutMs: NPM_TIMEOUT_MS,
    lock,
    advice:
      "Please check that the npm registry can be reached (`npm ping`) and that the disk is not full, then run the same " +
      "command again. If package.json was edited, `npm install` under Node 24 brings package-lock.json up to date.",
  });
  verify(root, pinned);
  stamp(root, { packages: packagesHash(root) });
}

/** An earlier install in this folder may have put its own `node` on the PATH: npm is about to delete that one. */
function pathOutside(root) {
  const inside = join(root, "node_modules") + sep;
  return (process.env.PATH ?? "")
    .split(delimiter)
    .filter((folder) => !(folder + sep).startsWith(inside))
    .join(delimiter);
}

function hostNode(path) {
  const { stdout } = spawnSync("node", ["--version"], { env: { ...process.env, PATH: path }, encoding: "utf8" });
  return stdout ?? "";
}

function isNewEnough(version) {
  const [major = 0, minor = 0] = version.trim().replace(/^v/, "").split(".").map(Number);
  const [wantedMajor, wantedMinor] = OLDEST_NODE_FOR_NPM;
  return major > wantedMajor || (major === wantedMajor && minor >= wantedMinor);
}

/** Loads the native part of Hardhat under the pinned Node: the two things that a wrong install leaves out silently. */
function verify(root, pinned) {
  const program = "require('@nomicfoundation/edr'); process.stdout.write(process.version)";
  const { stdout, stderr } = spawnSync(pinnedNode(root), ["-e", program], { cwd: root, encoding: "utf8" });
  if (stdout === `v${pinned}`) return;
  const reason = (stderr ?? "").split("\n").find((line) => /Error/.test(line)) ?? `node_modules/.bin/node is ${stdout}`;
  throw new SetupError(
    `npm ended well, but the install does not work on ${process.platform}-${process.arch} (${reason.trim()}): ` +
      `Node ${pinned} or Hardhat's native package is missing. Please delete node_modules and try again with Node 24.`,
  );
}
