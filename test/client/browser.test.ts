import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";
import axe from "axe-core";
import type { Browser, Page } from "playwright-core";
import { openWorld, type World } from "../api/world.ts";
import { playFirstDay, VALUES } from "../docs/firstDayScene.ts";
import { startBrowser, withoutBrowser } from "../support/browser.ts";
import { startTestPostgres, type TestPostgres } from "../support/postgres.ts";
import { installPublished, type Project } from "./published.ts";

/** Where a test run leaves pictures for whoever wants to look at them. */
const PICTURES = process.env["PICTURES"];

describe("in a browser", { skip: withoutBrowser }, () => {
  let postgres: TestPostgres;
  let world: World;
  let project: Project;
  let browser: Browser;

  before(async () => {
    postgres = await startTestPostgres();
    world = await openWorld(postgres, { explore: true });
    await playFirstDay(world);
    project = await installPublished();
    browser = await startBrowser();
  });
  after(async () => {
    await browser?.close();
    await project?.remove();
    await world?.close();
    await postgres?.stop();
  });

  it("the client asks as its modules are, unbundled", async () => {
    const page = await browser.newPage();
    const modules = join(project.installed, "client");
    await page.route("**/app/**", (route) => {
      const path = new URL(route.request().url()).pathname.replace("/app/", "");
      if (path === "") return route.fulfill({ contentType: "text/html", body: "<!doctype html><title>app</title>" });
      return route.fulfill({ contentType: "text/javascript", body: readFileSync(join(modules, path), "utf8") });
    });
    await page.goto(`${world.api.url}/app/`);
    const told = await page.evaluate(
      `(async () => {
        const { createClient, GrantledgerError } = await import("/app/client.js");
        const client = createClient({ url: "/" });
        const { credential, grantee } = ${JSON.stringify(VALUES)};
        const { allowed, reason } = await client.check({ credential, grantee });
        const grants = [];
        for await (const { state } of client.grants({ filter: { grantee } }, { pageSize: 1 })) grants.push(state);
        const failed = await client.check({ credential: "0x", grantee }).catch((error) => error);
        const left = new AbortController();
        const ended = client.chains({}, { signal: left.signal }).catch((error) => error.name);
        left.abort();
        return { allowed, reason, grants, failed: [failed instanceof GrantledgerError, failed.code], ended: await ended };
      })()`,
    );
    assert.deepEqual(told, {
      allowed: true,
      reason: "ACTIVE",
      grants: ["ACTIVE", "RETAINED"],
      failed: [true, "BAD_INPUT"],
      ended: "AbortError",
    });
    await page.close();
  });

  /** Opens a page and tells everything that it loaded, and whatever the browser complained of. */
  async function open(path: string, scheme: "light" | "dark", width: number): Promise<{ page: Page; told: string[] }> {
    const context = await browser.newContext({
      colorScheme: scheme,
      viewport: { width, height: 900 },
      bypassCSP: false,
    });
    const page = await context.newPage();
    const told: string[] = [];
    page.on("console", (message) => told.push(`${message.type()}: ${message.text()}`));
    page.on("pageerror", (error) => told.push(String(error)));
    page.on("request", (request) => told.push(request.url()));
    await page.goto(`${world.api.url}${path}`);
    return { page, told };
  }

  /** What would keep somebody from reading the page, and where. */
  async function barriers(page: Page): Promise<unknown[]> {
    // Through the protocol, which the page's policy does not bind.
    await page.evaluate(axe.source);
    const found = await page.evaluate<{ violations: { id: string; nodes: { html: string }[] }[] }>("axe.run()");
    return found.violations.map(({ id, nodes }) => [id, nodes[0]?.html]);
  }

  for (const path of ["/", "/docs/INSTITUTIONS.md"])
    for (const scheme of ["light", "dark"] as const)
      it(`${path} is readable for everybody, ${scheme}, wide and narrow, and loads nothing else`, async () => {
        for (const width of [1200, 360]) {
          const { page, told } = await open(path, scheme, width);
          assert.deepEqual(told, [`${world.api.url}${path}`]);
          if (PICTURES !== undefined)
            await page.screenshot({
              path: join(PICTURES, `${path.replaceAll("/", "_")}${scheme}-${width}.png`),
              fullPage: path === "/",
            });
          const sideways = await page.evaluate<number>("document.documentElement.scrollWidth - innerWidth");
          assert(sideways <= 0, `${width}: ${sideways} px too wide`);
          assert.deepEqual(await barriers(page), []);
          await page.context().close();
        }
      });

  it("every document is", async () => {
    const { page } = await open("/", "light", 360);
    const links = await page
      .locator('a[href^="/docs/"]')
      .evaluateAll((all) => all.map((one) => one.getAttribute("href")));
    const paths = new Set(links);
    assert(paths.size > 10);
    for (const path of paths) {
      await page.goto(`${world.api.url}${path}`);
      assert.deepEqual(await barriers(page), [], String(path));
    }
    await page.context().close();
  });

  it("a question of the page opens in GraphiQL as it is written", async () => {
    const { page } = await open("/", "light", 1200);
    await page.click("text=what happened, in order?");
    await page.waitForSelector("text=WhatHappened", { timeout: 60_000 });
    assert.match(page.url(), /\/graphql\?query=/);
    await page.context().close();
  });
});
