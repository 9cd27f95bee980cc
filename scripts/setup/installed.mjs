import { createHash } from "node:crypto";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

/**
 * What is installed, and for which files: a stamp inside node_modules, so that deleting node_modules deletes the stamp.
 */

const stampPath = (root) => join(root, "node_modules", ".grantledger-setup.json");

export const pinnedNode = (root) => join(root, "node_modules", ".bin", "node");

export function isInstalled(root) {
  return readStamp(root).packages === packagesHash(root) && existsSync(pinnedNode(root));
}

/**
 * An install that npm made by itself (`npm ci` by a contributor, a cache restored in CI) counts when npm's own record of
 * it agrees with the lock file, and an edit of package.json that changes no dependency needs no new one.
 */
export function adoptInstall(root) {
  const installed = readJson(join(root, "node_modules", ".package-lock.json"))?.packages;
  const wanted = readJson(join(root, "package-lock.json"))?.packages;
  const manifest = readJson(join(root, "package.json"));
  if (!installed || !wanted || !manifest || !existsSync(pinnedNode(root))) return false;
  const same = (a, b) =>
    JSON.stringify(Object.entries(a ?? {}).sort()) === JSON.stringify(Object.entries(b ?? {}).sort());
  if (!same(manifest.dependencies, wanted[""]?.dependencies)) return false;
  if (!same(manifest.devDependencies, wanted[""]?.devDependencies)) return false;
  for (const [path, entry] of Object.entries(wanted)) {
    if (path === "") continue;
    const found = installed[path];
    // Packages for other platforms are in the lock file and not in the folder.
    if (
      found === undefined ? !(entry.optional || entry.devOptional || entry.peer) : found.integrity !== entry.integrity
    )
      return false;
  }
  stamp(root, { packages: packagesHash(root) });
  return true;
}

/** The platform is part of it: a folder shared with a container or a VM holds the native packages of one of them. */
export function packagesHash(root) {
  return hash([
    read(join(root, "package-lock.json")),
    read(join(root, "package.json")),
    process.platform,
    process.arch,
  ]);
}

export function hash(parts) {
  const digest = createHash("sha256");
  for (const part of parts) digest.update(part).update("\0");
  return digest.digest("hex");
}

export function readStamp(root) {
  return readJson(stampPath(root)) ?? {};
}

export function stamp(root, changes) {
  writeFileSync(stampPath(root), `${JSON.stringify({ ...readStamp(root), ...changes })}\n`);
}

export function readJson(path) {
  try {
    return JSON.parse(readFileSync(path, "utf8"));
  } catch {
    return undefined;
  }
}

function read(path) {
  return readFileSync(path, "utf8");
}
