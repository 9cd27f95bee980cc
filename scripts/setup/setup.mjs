import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { clientIsGenerated, generateClient } from "./client.mjs";
import { install } from "./install.mjs";
import { adoptInstall, isInstalled } from "./installed.mjs";
import { tryLock } from "./lock.mjs";
import { SetupError, say, step } from "./progress.mjs";

const WAIT_FOR_ANOTHER_MS = 20 * 60_000;

/** Installs the packages and generates the database client, each only if that is not done for these very files. */
export async function setUp(root) {
  if (isInstalled(root) && clientIsGenerated(root)) return;
  const lock = await waitForLock(join(root, ".grantledger", "setup.lock"));
  try {
    // Looked at again under the lock: whoever had it may have done the work.
    if (!isInstalled(root) && !adoptInstall(root)) {
      say("Setting up: the packages of package-lock.json (first run, or the file changed).\n");
      await step("installing packages (a minute or two, at most fifteen)", () => install(root, lock));
    }
    if (!clientIsGenerated(root)) await step("generating the database client", () => generateClient(root, lock));
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
