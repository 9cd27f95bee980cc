import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { clientIsGenerated, generateClient } from "./client.mjs";
import { install } from "./install.mjs";
import { adoptInstall, isInstalled } from "./installed.mjs";
import { tryLock } from "./lock.mjs";
import { bundle, bundled } from "./program.mjs";
import { SetupError, say, step } from "./progress.mjs";

const WAIT_FOR_ANOTHER_MS = 20 * 60_000;

/**
 * Installs the packages, generates the database client and bundles the program that is named, each only if that is not done
 * for these very files.
 * @param program the script that is to be run in one piece, relative to root; none where it runs from its sources.
 * @returns what to run of the program.
 */
export async function setUp(root, program) {
  const made = program === undefined ? undefined : bundled(root, program);
  if (isInstalled(root) && clientIsGenerated(root) && (program === undefined || made !== undefined)) return made;
  const lock = await waitForLock(join(root, ".grantledger", "setup.lock"));
  try {
    // Looked at again under the lock: whoever had it may have done the work.
    if (!isInstalled(root) && !adoptInstall(root)) {
      say("Setting up: the packages of package-lock.json (first run, or the file changed).\n");
      await step("installing packages (a minute or two, at most fifteen)", () => install(root, lock));
    }
    if (!clientIsGenerated(root)) await step("generating the database client", () => generateClient(root, lock));
    if (program === undefined) return undefined;
    return bundled(root, program) ?? (await step("bundling the program", () => bundle(root, program)));
  } finally {
    lock.release();
  }
}

/** Two commands in one fresh folder at once: the second waits for the first, and finds its work done. */
async function waitForLock(path) {
  const began = Date.now();
  let said = false;
  for (;;) {
    const attempt = tryLock(path);
    if (attempt.held) return attempt.held;
    if (!said) say(`Another set-up is at work in this folder (process ${attempt.holder}): waiting for it.\n`);
    said = true;
    if (Date.now() - began > WAIT_FOR_ANOTHER_MS)
      throw new SetupError(
        `The set-up in process ${attempt.holder} has not ended in twenty minutes: please end it, then try again.`,
      );
    await sleep(300);
  }
}
