import assert from "node:assert/strict";
import { tmpdir } from "node:os";
import { test } from "node:test";
import { inspect } from "node:util";
import { loadConfig } from "../../indexer/config/config.ts";
import { OperatorError } from "../../indexer/ops/errors.ts";

/** The key that signs answers comes from the environment, and is shown nowhere; where callers reach the API. */

const HEX = "5ec2e75ec2e75ec2e75ec2e75ec2e75ec2e75ec2e75ec2e75ec2e75ec2e75ec2";
const load = (environment: NodeJS.ProcessEnv) => loadConfig(environment, tmpdir());

const problem = (environment: NodeJS.ProcessEnv): string => {
  try {
    load(environment);
  } catch (error) {
    assert.ok(error instanceof OperatorError);
    return inspect(error);
  }
  return assert.fail("accepted");
};

test("it is optional, taken with and without 0x, and not shown", () => {
  assert.equal(load({}).receiptKey, undefined);
  const config = load({ GRANTLEDGER_RECEIPT_KEY: HEX });
  assert.match(config.receiptKey?.address ?? "", /^0x[0-9a-fA-F]{40}$/);
  assert.equal(load({ GRANTLEDGER_RECEIPT_KEY: ` 0x${HEX}\n` }).receiptKey?.address, config.receiptKey?.address);
  for (const shown of [inspect(config, { depth: 9, showHidden: true }), JSON.stringify(config)])
    assert.doesNotMatch(shown, /5ec2e7/i);
});

test("one that is none is refused, beside every other problem, and not shown", () => {
  for (const hex of ["", HEX.slice(1), `${HEX}00`, "5ec2e7 is my key", "f".repeat(64)]) {
    const text = problem({ GRANTLEDGER_RECEIPT_KEY: hex, GRANTLEDGER_PORT: "70000" });
    assert.match(text, /GRANTLEDGER_RECEIPT_KEY: expected/);
    assert.match(text, /api\.port/);
    assert.doesNotMatch(text, /5ec2e7|ffffff/i);
  }
});

test("the public URL is one that paths can follow", () => {
  const url = (text: string) => load({ GRANTLEDGER_PUBLIC_URL: text }).api.publicUrl;
  assert.equal(url("https://pdp.example.com"), "https://pdp.example.com");
  assert.equal(url("https://example.com/grants/"), "https://example.com/grants");
  for (const text of [
    "example.com",
    "ftp://example.com",
    "https://u:p@example.com",
    "https://example.com?a=1",
    "https://example.com#a",
    "",
  ])
    assert.match(problem({ GRANTLEDGER_PUBLIC_URL: text }), /api\.publicUrl: expected a URL/);
});
