import type { IncomingMessage, ServerResponse } from "node:http";
import type pino from "pino";
import { explain, RetryableError } from "../../ops/errors.ts";
import { sdl } from "../printSchema.ts";
import { readStatus, type Watched, whyUnread } from "../probes.ts";
import { send } from "../respond.ts";
import { documents, readDocument } from "./documents.ts";
import { html } from "./html.ts";
import { landing } from "./landing.ts";
import { sendPage } from "./sendPage.ts";

/** Pages for people who come with a browser: the root, the documents, the schema. */

export interface Pages extends Watched {
  /** Whether GraphiQL opens with a question from here: where it is served, and to whom it takes no key to come. */
  readonly explore: boolean;
}

const DOCUMENT = /^\/docs\/([A-Z_]+\.md)$/;

/** Whether it was answered: false for everything that is no page, and for programs that ask for the root. */
export async function answerPage(
  path: string,
  request: IncomingMessage,
  response: ServerResponse,
  pages: Pages,
  log: pino.Logger,
): Promise<boolean> {
  if (request.method !== "GET" && request.method !== "HEAD") return false;
  if (path === "/" && /\btext\/html\b/.test(request.headers.accept ?? "")) {
    await sendLanding(response, pages, log);
    return true;
  }
  if (path === "/schema.graphql") {
    send(response, 200, "text/plain", schemaText());
    return true;
  }
  const name = DOCUMENT.exec(path)?.[1];
  const document = name === undefined ? undefined : readDocument(name);
  if (document === undefined) return false;
  const title = documents().find((one) => one.name === name)?.title ?? name;
  sendPage(response, 200, `${title}: Grantledger`, html`<p><a href="/">Grantledger</a></p>\n${document}`);
  return true;
}

/** A ledger that cannot be read is said so on the page, which has the questions and documents all the same. */
async function sendLanding(response: ServerResponse, pages: Pages, log: pino.Logger): Promise<void> {
  const { explore } = pages;
  try {
    sendPage(response, 200, "Grantledger", landing({ ...(await readStatus(pages)), explore, documents: documents() }));
  } catch (error) {
    log.warn({ path: "/", reason: explain(error) }, "the ledger cannot be read");
    const time = new Date(pages.clock()).toISOString();
    const said = { time, ready: false, why: [whyUnread(error)], chains: [], explore, documents: documents() };
    sendPage(response, error instanceof RetryableError ? 503 : 500, "Grantledger", landing(said));
  }
}

let printed: string | undefined;

/** Printed when it is first asked for, which most processes never are. */
function schemaText(): string {
  printed ??= sdl();
  return printed;
}
