/**
 * `node scripts/run.mjs <name> [args]`: sets the project up where that is needed, then runs scripts/<name>.ts under the
 * Node that the project pins. Behind `npm start`, `npm test` and `npm run bench`; without a name it only sets up.
 *
 * This file is the first thing a fresh machine runs. Up to the version check it keeps to syntax that an old Node can
 * parse, so that the answer is a sentence and not a syntax error; everything newer is loaded after the check.
 */
const OLDEST_NODE = 20;

function refuse(sentence) {
  process.stderr.write(`${sentence}\n`);
  process.exit(1);
}

if (Number(process.versions.node.split(".")[0]) < OLDEST_NODE) {
  refuse(
    `Grantledger needs Node ${OLDEST_NODE} or newer to set itself up, and this is Node ${process.versions.node}: ` +
      "please install a newer one from https://nodejs.org.",
  );
} else if (process.platform === "win32") {
  refuse("Grantledger's scripts run on Linux and macOS: on Windows please run them in WSL.");
} else {
  import("./setup/main.mjs")
    .then((setup) => setup.main(process.argv.slice(2)))
    .then((code) => {
      process.exitCode = code;
    });
}
