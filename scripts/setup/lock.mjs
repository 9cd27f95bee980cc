import { linkSync, mkdirSync, readFileSync, renameSync, rmdirSync, rmSync, statSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { identify } from "./process.mjs";

/**
 * A lock file that names the processes which hold it. It is stale, and taken over, once none of them lives any more: a
 * killed process cannot leave the folder locked, and a process that merely got the same pid later does not count,
 * because a process is named with its start time.
 *
 * Plain JavaScript: set-up uses it under the host's Node, before the pinned one exists.
 */

/** A takeover lasts a millisecond; a guard this old was left by a process that died inside it. */
const GUARD_IS_STALE_MS = 10_000;

/**
 * Takes the lock at `path` or says who has it.
 * @returns {{ held: { add(pid: number): void, release(): void } } | { holder: number }}
 */
export function tryLock(path) {
  mkdirSync(dirname(path), { recursive: true });
  const owners = [identify(process.pid)];
  for (;;) {
    if (create(path, owners)) return { held: lockAt(path, owners) };
    const found = read(path);
    if (found === undefined) continue;
    const holder = found.owners.find(lives);
    if (holder) return { holder: holder.pid };
    removeStale(path, found.text);
  }
}

function lives(owner) {
  return typeof owner?.started === "string" && identify(owner.pid)?.started === owner.started;
}

function lockAt(path, owners) {
  return {
    // A child that writes on behalf of the lock keeps it held even when its parent is killed.
    add(pid) {
      const owner = identify(pid);
      if (owner === undefined) return;
      owners.push(owner);
      writeFileSync(`${path}.${process.pid}`, JSON.stringify(owners));
      renameSync(`${path}.${process.pid}`, path);
    },
    release() {
      rmSync(path, { force: true });
    },
  };
}

/** Linked into place whole, so that nobody ever reads a lock file that is half written. */
function create(path, owners) {
  const draft = `${path}.${process.pid}`;
  writeFileSync(draft, JSON.stringify(owners));
  try {
    linkSync(draft, path);
    return true;
  } catch (error) {
    if (error.code === "EEXIST") return false;
    throw error;
  } finally {
    rmSync(draft, { force: true });
  }
}

function read(path) {
  try {
    const text = readFileSync(path, "utf8");
    return { text, owners: parseOwners(text) };
  } catch (error) {
    if (error.code === "ENOENT") return undefined;
    throw error;
  }
}

/** A file that is no list of owners is nobody's lock. */
function parseOwners(text) {
  try {
    const owners = JSON.parse(text);
    return Array.isArray(owners) ? owners : [];
  } catch {
    return [];
  }
}

/** Two processes may find the same stale lock: only one removes it, and only if it is still the one that was judged. */
function removeStale(path, judged) {
  const guard = `${path}.takeover`;
  try {
    mkdirSync(guard);
  } catch (error) {
    if (error.code !== "EEXIST") throw error;
    const age = Date.now() - (statSync(guard, { throwIfNoEntry: false })?.mtimeMs ?? Date.now());
    if (age > GUARD_IS_STALE_MS) rmSync(guard, { recursive: true, force: true });
    return;
  }
  try {
    if (read(path)?.text === judged) rmSync(path, { force: true });
  } finally {
    rmdirSync(guard);
  }
}
