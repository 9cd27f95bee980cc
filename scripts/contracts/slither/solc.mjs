#!/usr/bin/env node
/** The pinned compiler as the program `solc` that Slither starts: `--version`, and `--standard-json` from stdin to stdout. */
import { readFileSync } from "node:fs";
import solc from "solc";

if (process.argv.includes("--version")) {
  process.stdout.write(`solc, the solidity compiler commandline interface\nVersion: ${solc.version()}\n`);
} else {
  const input = JSON.parse(readFileSync(0, "utf8"));
  for (const source of Object.values(input.sources)) {
    // Paths, which the compiler itself would read if it ran outside of JavaScript.
    if (source.urls) source.content = readFileSync(source.urls[0], "utf8");
    delete source.urls;
  }
  const readImport = (path) => {
    try {
      return { contents: readFileSync(path, "utf8") };
    } catch (error) {
      return { error: String(error) };
    }
  };
  process.stdout.write(solc.compile(JSON.stringify(input), { import: readImport }));
}
