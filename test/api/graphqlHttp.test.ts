import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { serverAudits } from "graphql-http";
import { startTestPostgres, type TestPostgres } from "../support/postgres.ts";
import { openWorld, type World } from "./world.ts";

/** GraphQL over HTTP (https://graphql.github.io/graphql-over-http), as its reference implementation audits it. */

let postgres: TestPostgres;
let world: World;
before(async () => {
  postgres = await startTestPostgres();
  // Some of the audits ask by introspection.
  world = await openWorld(postgres, { explore: true });
});
after(async () => {
  await world?.close();
  await postgres?.stop();
});

/** A GET has to say that no page of another site made it, see crossSite.ts; the audits know nothing of that. */
const asOneself: typeof fetch = (url, init) =>
  fetch(url, { ...init, headers: { ...(init?.headers as Record<string, string>), "graphql-require-preflight": "1" } });

describe("GraphQL over HTTP", () => {
  const audits = serverAudits({ url: () => `${world.api.url}/graphql`, fetchFn: asOneself });
  const binding = audits.filter(({ name }) => /^(?:MUST|SHOULD)/.test(name));

  it("is audited", () => assert(binding.length > 30, String(binding.length)));

  for (const audit of binding)
    it(audit.name, async () => {
      const result = await audit.fn();
      assert.equal(result.status, "ok", "reason" in result ? result.reason : "");
    });
});
