/**
 * `npm run analyze:slither`: Slither's detectors over the contracts. Every finding is either none or explained in
 * slither/accepted.ts, and every explanation has a finding: both ways, so that neither grows old.
 */
import { spawnSync } from "node:child_process";
import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { complain, say } from "../terminal/output.ts";
import { QUICK } from "./compiler.ts";
import { CACHE, contractSources, ROOT } from "./paths.ts";
import { installed, SKIPPED, type Tool } from "./python.ts";
import { ACCEPTED } from "./slither/accepted.ts";

const SLITHER: Tool = { name: "slither", packages: ["slither-analyzer==0.11.6"] };
const COMPILER = fileURLToPath(new URL("slither/solc.mjs", import.meta.url));

interface Finding {
  readonly check: string;
  readonly impact: string;
  readonly description: string;
  readonly elements: readonly { readonly name: string }[];
}

process.exitCode = main();

function main(): number {
  const tool = installed(SLITHER);
  if ("missing" in tool) {
    say(`Skipped: ${tool.missing}`);
    return SKIPPED;
  }
  const findings = analyze(tool.bin);
  if (findings === undefined) return 1;
  const used = new Set<string>();
  const open = findings.filter(({ check, elements }) => {
    const places = ACCEPTED[check]?.places;
    const place = elements[0]?.name ?? "";
    if (ACCEPTED[check] === undefined || (places !== undefined && !places.includes(place))) return true;
    used.add(check).add(`${check} ${place}`);
    return false;
  });
  for (const { check, impact, description } of open) complain(`${check} (${impact}): ${description}`);
  const stale = Object.entries(ACCEPTED).flatMap(([check, { places = [] }]) =>
    [check, ...places.map((place) => `${check} ${place}`)].filter((key) => !used.has(key)),
  );
  for (const key of stale) complain(`slither/accepted.ts explains "${key}", which Slither does not find any more.`);
  const kinds = Object.keys(ACCEPTED).length;
  say(
    `${findings.length} findings, ${open.length} of them not explained; ${kinds} explanations, ${stale.length} without a finding`,
  );
  return open.length + stale.length === 0 ? 0 : 1;
}

function analyze(bin: string): Finding[] | undefined {
  const folder = join(CACHE, "slither");
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  const [input, report] = [join(folder, "input.json"), join(folder, "report.json")];
  const sources = Object.fromEntries(contractSources().map((name) => [name, { urls: [name] }]));
  const settings = { ...QUICK, evmVersion: "shanghai", remappings: ["@openzeppelin/=node_modules/@openzeppelin/"] };
  writeFileSync(input, JSON.stringify({ language: "Solidity", sources, settings }));

  const options = ["--compile-force-framework", "Solc-json", "--solc", COMPILER, "--filter-paths", "node_modules"];
  const { stdout, stderr } = spawnSync(join(bin, "slither"), [input, ...options, "--json", report], {
    cwd: ROOT,
    encoding: "utf8",
    stdio: ["ignore", "pipe", "pipe"],
  });
  try {
    const { success, results } = JSON.parse(readFileSync(report, "utf8")) as {
      success: boolean;
      results: { detectors?: Finding[] };
    };
    if (success) return results.detectors ?? [];
  } catch {
    // Said below, with what Slither itself said.
  }
  complain(`Slither gave no report:\n${stdout}${stderr}`);
  return undefined;
}
