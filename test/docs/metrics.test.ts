import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { parse } from "yaml";
import { z } from "zod";
import { Metrics } from "../../indexer/ops/metrics/metrics.ts";

/** docs/METRICS.md, the dashboard and the alerts name the metrics that there are, and the page names all of them. */

const at = (path: string): string => fileURLToPath(new URL(`../../${path}`, import.meta.url));
const METRICS = new Metrics(60).list();
const OURS = METRICS.filter(({ name }) => name.startsWith("grantledger_"));
/** Every name that a query can use. */
const SERIES = new Set(
  METRICS.flatMap(({ name, type }) =>
    type === "histogram" ? ["_bucket", "_sum", "_count"].map((end) => name + end) : [name],
  ),
);
SERIES.add("up");

/** The metrics that an expression of PromQL asks for. */
const namesIn = (expr: string): string[] => expr.match(/\b(?:grantledger|process|nodejs)_\w+|\bup\b(?=\{)/g) ?? [];
const labelsIn = (expr: string): string[] =>
  [...expr.matchAll(/[{,]\s*(\w+)\s*(?:=~|!~|!=|=)"/g)].map(([, label]) => label ?? "");

test("every metric is explained with its type and labels, and no other is", () => {
  const page = readFileSync(at("docs/METRICS.md"), "utf8");
  const listed = [...page.matchAll(/^\| `(grantledger_\w+)` \| (\w+) \| (.+?) \|/gm)].map(([, name, type, labels]) => ({
    name: name ?? "",
    type: type ?? "",
    labels: [...(labels ?? "").matchAll(/`(\w+)`/g)].map(([, label]) => label),
  }));
  const byName = (a: { name: string }, b: { name: string }): number => (a.name < b.name ? -1 : 1);
  assert.ok(OURS.length > 25);
  assert.deepEqual(
    listed.sort(byName),
    OURS.map(({ name, type, labels }) => ({ name, type, labels: [...labels] })).sort(byName),
  );
  for (const { name } of METRICS)
    if (!name.startsWith("grantledger_"))
      assert.match(name, /^(?:process|nodejs)_/, "it is explained as prom-client's own");
});

test("names follow the conventions of Prometheus", () => {
  for (const { name, type } of OURS) {
    assert.match(name, /^[a-z]+(?:_[a-z]+)+$/);
    assert.equal(type === "counter", name.endsWith("_total"), name);
    assert.doesNotMatch(name, /milli|_ms\b|_kb\b|minutes/, `${name} is in base units`);
  }
});

const target = z.looseObject({ refId: z.string().min(1), expr: z.string().min(1), legendFormat: z.string() });
const grid = z.object({
  x: z.int().min(0).max(23),
  y: z.int().min(0),
  w: z.int().min(1).max(24),
  h: z.int().min(1),
});
const panel = z.discriminatedUnion("type", [
  z.looseObject({ type: z.literal("row"), id: z.int(), title: z.string(), collapsed: z.boolean(), gridPos: grid }),
  z.looseObject({
    type: z.enum(["timeseries", "stat", "state-timeline"]),
    id: z.int(),
    title: z.string().min(1),
    description: z.string().min(1),
    gridPos: grid,
    datasource: z.object({ type: z.literal("prometheus"), uid: z.string().regex(/^\$\{datasource\}$/) }),
    targets: z.array(target).min(1),
    fieldConfig: z.looseObject({ defaults: z.looseObject({}), overrides: z.array(z.unknown()) }),
  }),
]);
/** What Grafana needs of a dashboard (https://grafana.com/docs/grafana/latest/dashboards/build-dashboards/view-dashboard-json-model/). */
const dashboard = z.looseObject({
  uid: z.string().max(40),
  title: z.string().min(1),
  schemaVersion: z.int().min(36),
  templating: z.object({
    list: z.array(z.looseObject({ name: z.string(), type: z.enum(["datasource", "query"]), query: z.unknown() })),
  }),
  panels: z.array(panel).min(10),
});

const read = () => dashboard.parse(JSON.parse(readFileSync(at("deploy/grafana/grantledger.json"), "utf8")));
const expressionsOf = (): string[] =>
  read().panels.flatMap((one) => (one.type === "row" ? [] : one.targets.map(({ expr }) => expr)));

test("the dashboard is one that Grafana takes, its panels side by side", () => {
  const { panels, templating } = read();
  assert.equal(new Set(panels.map(({ id }) => id)).size, panels.length, "ids are unique");
  const taken = new Set<string>();
  for (const { gridPos, title } of panels) {
    assert.ok(gridPos.x + gridPos.w <= 24, title);
    for (let x = gridPos.x; x < gridPos.x + gridPos.w; x++)
      for (let y = gridPos.y; y < gridPos.y + gridPos.h; y++) {
        assert.ok(!taken.has(`${x},${y}`), `${title} lies on another panel`);
        taken.add(`${x},${y}`);
      }
  }
  const variables = new Set(templating.list.map(({ name }) => name));
  for (const expr of expressionsOf())
    for (const [, name] of expr.matchAll(/\$(\w+)/g))
      assert.ok(name === "__rate_interval" || variables.has(name ?? ""), `${expr} uses $${name}`);
});

/** Expressions with the metrics and labels that they name. */
function assertKnown(expressions: readonly string[]): void {
  for (const expr of expressions) {
    const names = namesIn(expr);
    assert.ok(names.length > 0, `${expr} asks for none of our metrics`);
    for (const name of names) assert.ok(SERIES.has(name), `${name} is in ${expr}, and there is no such metric`);
    const labels = new Set(["le", "job", "instance", ...METRICS.flatMap((metric) => metric.labels)]);
    for (const label of labelsIn(expr)) assert.ok(labels.has(label), `${label} is in ${expr}`);
  }
}

test("the dashboard asks only for metrics that there are, and leaves none of ours out", () => {
  const { templating } = read();
  const variables = templating.list.flatMap(({ query }) =>
    query instanceof Object && "query" in query ? [String(query.query)] : [],
  );
  assertKnown([...expressionsOf(), ...variables]);
  const shown = new Set([...expressionsOf(), ...variables].flatMap(namesIn));
  const left = OURS.filter(({ name }) => ![...shown].some((one) => one.startsWith(name)));
  assert.deepEqual(
    left.map(({ name }) => name),
    ["grantledger_chain_phase"],
    "the phase is this process's own, and in /status",
  );
});

const RULES = "deploy/prometheus/grantledger.rules.yml";
const rules = z.object({
  groups: z.array(
    z.object({
      name: z.string(),
      rules: z.array(
        z.strictObject({
          alert: z.string().regex(/^Grantledger[A-Z]\w+$/),
          expr: z.string(),
          for: z
            .string()
            .regex(/^\d+m$/)
            .optional(),
          labels: z.strictObject({ severity: z.enum(["critical", "warning"]) }),
          annotations: z.strictObject({ summary: z.string().min(1), description: z.string().min(1) }),
        }),
      ),
    }),
  ),
});
const alerts = rules.parse(parse(readFileSync(at(RULES), "utf8"))).groups.flatMap((group) => group.rules);

test("the alerts ask only for metrics that there are, and the runbook says what to do about each", () => {
  assertKnown(alerts.map(({ expr }) => expr));
  const runbook = readFileSync(at("docs/OPERATORS.md"), "utf8");
  for (const { alert } of alerts) assert.match(runbook, new RegExp(`^\\| \`${alert}\` \\|`, "m"), alert);
  for (const [, name] of runbook.matchAll(/^\| `(Grantledger\w+)` \|/gm))
    assert.ok(
      alerts.some(({ alert }) => alert === name),
      `${name} is no alert`,
    );
});

test("each alert has a case in which it fires, and one in which it does not", () => {
  const cases = parse(readFileSync(at("deploy/prometheus/grantledger.rules.test.yml"), "utf8")) as {
    tests: { alert_rule_test: { alertname: string; exp_alerts?: unknown[] }[] }[];
  };
  const tried = cases.tests.flatMap((one) => one.alert_rule_test);
  for (const { alert } of alerts)
    assert.ok(
      tried.some(({ alertname, exp_alerts }) => alertname === alert && exp_alerts?.length === 1),
      `${alert} fires`,
    );
});

const promtool = (...args: string[]) => spawnSync("promtool", args, { encoding: "utf8", timeout: 60_000 });
const missing = promtool("--version").error === undefined ? false : "promtool is not installed (Debian: prometheus)";

test("promtool takes the alerts and finds them fire as they should", { skip: missing }, () => {
  for (const args of [
    ["check", "rules", at(RULES)],
    ["test", "rules", at("deploy/prometheus/grantledger.rules.test.yml")],
  ]) {
    const { status, stdout, stderr } = promtool(...args);
    assert.equal(status, 0, `${stdout}${stderr}`);
  }
});

test("promtool takes every query of the dashboard", { skip: missing }, () => {
  const folder = mkdtempSync(join(tmpdir(), "grantledger-test-dashboard-"));
  try {
    const file = join(folder, "rules.yml");
    const queries = expressionsOf().map((expr) => expr.replaceAll("$__rate_interval", "1m").replaceAll(/\$\w+/g, ".*"));
    // A file of recorded queries; JSON is YAML.
    writeFileSync(
      file,
      JSON.stringify({ groups: [{ name: "g", rules: queries.map((expr, i) => ({ record: `panel:${i}`, expr })) }] }),
    );
    const { status, stdout, stderr } = promtool("check", "rules", file);
    assert.equal(status, 0, `${stdout}${stderr}`);
  } finally {
    rmSync(folder, { recursive: true });
  }
});
