/** Set-up could not be done; the message tells a person what happened and what to do. */
export class SetupError extends Error {
  name = "SetupError";
  exitCode = 1;
}

/** Set-up speaks on stderr, so that the output of the command behind it stays its own. */
export function say(text) {
  process.stderr.write(text);
}

/**
 * One line per step: what is being done, and how long it took. On a terminal the seconds count up meanwhile.
 * @template T
 * @param {string} title
 * @param {() => Promise<T>} work
 * @returns {Promise<T>}
 */
export async function step(title, work) {
  const began = Date.now();
  const seconds = () => `${Math.round((Date.now() - began) / 1000)} s`;
  const line = `  ${title} … `;
  say(line);
  const ticker = process.stderr.isTTY ? setInterval(() => say(`\r${line}${seconds()}`), 1000) : undefined;
  try {
    const result = await work();
    say(process.stderr.isTTY ? `\r${line}${seconds()}\n` : `${seconds()}\n`);
    return result;
  } catch (error) {
    say(`failed after ${seconds()}\n`);
    throw error;
  } finally {
    clearInterval(ticker);
  }
}
