import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { bundleSchema } from "../../indexer/evidence/bundle.ts";
import { REASONS } from "../../indexer/evidence/rejection.ts";
import { EXIT, runVerification } from "../../scripts/evidence/run.ts";
import { CONTRACT, goodBundle } from "../evidence/madeBlock.ts";
import { answering, startHttpServer } from "../rpc/servers.ts";

/**
 * docs/EVIDENCE.md lists everything that a bundle holds, every reason to refuse one, and every exit code; its commands and those
 * of docs/AUDITORS.md work as they stand there.
 */

const read = (name: string): string => readFileSync(new URL(`../../docs/${name}`, import.meta.url), "utf8");
const page = read("EVIDENCE.md");

/** What stands in backticks in the first cells of the table under a heading. */
function listed(heading: string): string[] {
  const section = page.split(/^## /m).find((part) => part.startsWith(heading)) ?? "";
  const cells = [...section.matchAll(/^\| (`[^|]+`) \|/gm)].map(([, cell]) => cell ?? "");
  return cells.flatMap((cell) => [...cell.matchAll(/`([^`]+)`/g)].map(([, name]) => name ?? ""));
}

test("every key of a bundle, in its order", () => {
  assert.deepEqual(listed("What is in it"), Object.keys(bundleSchema.shape));
});

test("every key of the claims is named", () => {
  for (const key of Object.keys(bundleSchema.shape.claims.shape)) assert.match(page, new RegExp(`\`${key}\``));
});

test("every exit code and every reason", () => {
  assert.deepEqual(listed("The command"), [...Object.values(EXIT).map(String), ...REASONS]);
});

test("every command of the pages, with a file, a contract and a node that there are", async () => {
  const good = goodBundle();
  const folder = mkdtempSync(join(tmpdir(), "grantledger-evidence-"));
  const node = await startHttpServer(
    answering(({ method }) => (method === "eth_chainId" ? "0xa4b1" : { hash: good.block.hash, number: "0xfffff" })),
  );
  node.chainId = undefined;
  try {
    const file = join(folder, "file.json");
    writeFileSync(file, JSON.stringify(good));
    for (const name of ["EVIDENCE.md", "AUDITORS.md"]) {
      const lines = [...read(name).matchAll(/^ {4,}npm run verify-evidence -- (.+)$/gm)].map(([, line]) => line ?? "");
      assert.ok(lines.length >= 2, name);
      for (const line of lines) {
        const words = line
          .replace("file.json", file)
          .replace("0x…", CONTRACT)
          .replace("https://a-node-that-you-trust", node.url)
          .split(" ");
        const said: string[] = [];
        const code = await runVerification(words, {
          say: (text = "") => said.push(text),
          complain: (text) => said.push(text),
        });
        assert.equal(code, EXIT.verified, `${line}: ${said.join("\n")}`);
      }
    }
  } finally {
    await node.stop();
    rmSync(folder, { recursive: true, force: true });
  }
});
