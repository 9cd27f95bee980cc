import assert from "node:assert/strict";
import { test } from "node:test";
import { loadConfig } from "../../indexer/config/config.ts";
import { DEFENCE_NAMES, DEFENCES, defencesOf } from "../../indexer/ops/defences.ts";

test("every defence stands in this process", () => {
  assert.deepEqual(
    DEFENCE_NAMES.filter((name) => !DEFENCES[name]),
    [],
  );
});

test("outside of tests the variable switches nothing off, and the configuration is refused", () => {
  const off = { GRANTLEDGER_DEFENCES_OFF: "links,bloom" };
  for (const NODE_ENV of [undefined, "production", "development", "TEST"]) {
    const environment = NODE_ENV === undefined ? off : { ...off, NODE_ENV };
    assert.ok(Object.values(defencesOf(environment)).every(Boolean));
    assert.throws(() => loadConfig(environment, "/"), /GRANTLEDGER_DEFENCES_OFF is set, .* remove it/);
  }
});

test("in tests it switches off what it names, and nothing else", () => {
  const defences = defencesOf({ NODE_ENV: "test", GRANTLEDGER_DEFENCES_OFF: "links,bloom" });
  assert.deepEqual(
    DEFENCE_NAMES.filter((name) => !defences[name]),
    ["links", "bloom"],
  );
});
