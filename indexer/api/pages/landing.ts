import type { chainReport } from "../../ops/health.ts";
import { GRAPHQL_PATH } from "../yoga.ts";
import type { Document } from "./documents.ts";
import { type Html, html } from "./html.ts";
import { READERS, type Reader } from "./readers.ts";

/** What the page at the root says. */
export interface Landing {
  readonly time: string;
  readonly ready: boolean;
  readonly why: readonly string[];
  readonly chains: ReadonlyArray<ReturnType<typeof chainReport>>;
  /** Whether GraphiQL opens with a question from here. */
  readonly explore: boolean;
  /** Those that are served. */
  readonly documents: readonly Document[];
}

export const landing = (said: Landing): Html => html`<h1>Grantledger</h1>
<p>Who may read which credential, on every EVM chain, with an audit trail that proves itself.</p>
${status(said)}
${questions(said)}
<h2 id="documents">Documents</h2>
<ul class="columns">
${said.documents.map(({ name, title }) => html`<li><a href="/docs/${name}">${title}</a></li>\n`)}</ul>
<h2 id="programs">For programs</h2>
<ul>
<li><a href="/schema.graphql">The schema</a> of <code>${GRAPHQL_PATH}</code></li>
<li><a href="/status">Status</a>, <a href="/ready">readiness</a> and <a href="/health">health</a></li>
</ul>`;

function status({ time, ready, why, chains }: Landing): Html {
  return html`<h2 id="chains">Chains</h2>
${
  ready
    ? html`<p class="good">Answers can be relied on for every chain.</p>`
    : html`<p class="bad">Not every answer can be relied on now:</p>\n<ul>${why.map((one) => html`<li>${one}</li>`)}</ul>`
}
${chains.length === 0 ? "" : table(chains, time)}`;
}

const look = (status: string): string => ({ LIVE: "good", RETIRED: "quiet" })[status] ?? "bad";

const table = (
  chains: Landing["chains"],
  time: string,
): Html => html`<div class="wide" role="region" aria-labelledby="chains" tabindex="0"><table>
<caption>As of <time datetime="${time}">${time}</time></caption>
<thead><tr><th scope="col">Chain</th><th scope="col">Id</th><th scope="col">Status</th><th scope="col">Checked</th>${["Indexed", "Behind", "Finalized", "Events"].map((one) => html`<th scope="col" class="number">${one}</th>`)}</tr></thead>
<tbody>
${chains.map(
  (chain) =>
    html`<tr><th scope="row">${chain.name}</th><td>${chain.chain}</td><td class="${look(chain.status)}">${chain.status}</td><td>${chain.verification}</td>${[chain.indexed, chain.lag ?? "unknown", chain.finalized, chain.events].map((one) => html`<td class="number">${one ?? "none"}</td>`)}</tr>\n`,
)}</tbody>
</table></div>`;

function questions({ explore, documents }: Landing): Html {
  return html`<h2 id="ask">Ask</h2>
${
  explore
    ? html`<p>Each question opens in GraphiQL, ready to run; put in your own values.</p>`
    : html`<p>Questions go to <code>${GRAPHQL_PATH}</code>, with a key where one is asked for. They can be copied from here.</p>`
}
<ul>
${READERS.map((reader) => question(reader, explore, documents))}</ul>`;
}

const question = (
  { who, asks, page, query }: Reader,
  explore: boolean,
  documents: readonly Document[],
): Html => html`<li>
<p>${documents.some(({ name }) => name === page) ? html`<a href="/docs/${page}">${who}</a>` : who}: ${
  explore ? html`<a href="${GRAPHQL_PATH}?query=${encodeURIComponent(query)}">${asks}</a>` : asks
}</p>
<details><summary>The query</summary><pre tabindex="0">${query}</pre></details>
</li>
`;
