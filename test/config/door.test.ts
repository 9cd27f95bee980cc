import assert from "node:assert/strict";
import { test } from "node:test";
import { configFile, explainIssues } from "../../indexer/config/schema.ts";
import { openDoors } from "../../indexer/ops/exposure.ts";

/** Who may reach the API is configured as it is meant, or refused: a mistake here lets in whoever should be out. */

const api = (fields: object) => configFile.safeParse({ api: fields });
const says = (fields: object): string => {
  const { error } = api(fields);
  return error === undefined ? assert.fail(JSON.stringify(fields)) : explainIssues(error, { api: fields }).join("\n");
};

test("everything is closed without it", () => {
  const { allowedOrigins, trustedProxies, rateLimit, operations } = configFile.parse({}).api;
  assert.deepEqual(
    [allowedOrigins, trustedProxies, rateLimit, operations],
    [undefined, undefined, undefined, undefined],
  );
});

test("what is meant is taken", () => {
  const read = configFile.parse({
    api: {
      allowedOrigins: ["https://app.example", "http://localhost:3000"],
      trustedProxies: ["loopback", "10.0.0.0/8", "2001:db8::/32", "203.0.113.7"],
      rateLimit: { requests: 5 },
      operations: { path: "operations" },
    },
  }).api;
  assert.deepEqual(read.rateLimit, { requests: 5, seconds: 1 });
  assert.deepEqual(read.operations, { path: "operations", only: false });
});

test("an origin is an origin, and no pattern", () => {
  for (const origin of [
    "*",
    "null",
    "https://app.example/",
    "https://app.example/path",
    "app.example",
    "https://*.example",
    "HTTPS://APP.EXAMPLE",
    "https://u:p@app.example",
    "ftp://app.example",
    "",
  ])
    assert.match(says({ allowedOrigins: [origin] }), /^api\.allowedOrigins\[0\]: expected an origin/, origin);
});

test("a proxy is an address or a network", () => {
  for (const proxy of ["*", "proxy.example", "10.0.0.0/33", "10.0.0.0/x", "999.1.1.1", "", "true"])
    assert.match(says({ trustedProxies: [proxy] }), /^api\.trustedProxies\[0\]: expected an address/, proxy);
});

test("a limit limits", () => {
  for (const rateLimit of [
    { requests: 0 },
    { requests: -1 },
    { requests: 1.5 },
    { requests: "5" },
    {},
    { requests: 5, seconds: 0 },
    { requests: 5, per: 1 },
  ])
    assert.match(says({ rateLimit }), /^api\.rateLimit/, JSON.stringify(rateLimit));
  assert.match(says({ operations: { path: "" } }), /^api\.operations\.path/);
});

test("what is open is said where others can reach it, and nowhere else", () => {
  const open = { readsOnly: false };
  for (const host of ["127.0.0.1", "127.9.9.9", "localhost", "::1"]) assert.deepEqual(openDoors({ host, ...open }), []);
  for (const host of ["0.0.0.0", "::", "10.0.0.1", "127.0.0.1.example", "api.example"]) {
    assert.equal(openDoors({ host, ...open }).length, 2, host);
    assert.match(openDoors({ host, readsOnly: true }).join(), /^any address may ask.*api\.rateLimit$/);
    assert.deepEqual(openDoors({ host, readsOnly: true, rateLimit: { requests: 1, seconds: 1 } }), []);
  }
});
