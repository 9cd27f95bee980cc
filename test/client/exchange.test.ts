import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { createClient, type Document, GrantledgerError } from "../../client/client.ts";
import { answer, refusal, type Scripted, silence, startScripted } from "./scripted.ts";

const QUESTION = "{ __typename }" as Document<{ readonly __typename: string }, object>;
const DATA = { data: { __typename: "Query" } };
/** So that nothing waits long that need not. */
const SOON = { "retry-after": "0" };

describe("one question over HTTP", () => {
  let server: Scripted;
  before(async () => {
    server = await startScripted();
  });
  after(() => server.stop());

  const ask = (options: object = {}, call: object = {}) =>
    createClient({ url: server.url, timeoutMs: 20_000, ...options }).request(QUESTION, {}, call);
  async function fails(options: object = {}, call: object = {}): Promise<GrantledgerError> {
    const error = await ask(options, call).then(
      () => undefined,
      (reason: unknown) => reason,
    );
    assert(error instanceof GrantledgerError, String(error));
    return error;
  }

  it("is a POST of JSON to /graphql, with the caller's headers", async () => {
    server.play(answer(DATA));
    assert.deepEqual(await ask({ headers: { authorization: "Bearer k" } }), DATA.data);
    const [asked] = server.asked;
    assert.deepEqual([asked?.method, asked?.url], ["POST", "/graphql"]);
    assert.equal(asked?.headers.authorization, "Bearer k");
    assert.equal(asked?.headers["content-type"], "application/json");
    assert.deepEqual(JSON.parse(asked?.body ?? ""), { query: QUESTION, variables: {} });
  });

  it("asks a function for its headers each time, and keeps the path of the URL", async () => {
    let key = 0;
    server.play(refusal("RETRYABLE", 503, SOON), answer(DATA));
    await ask({ url: `${server.url}/ledger`, headers: async () => ({ "x-key": `${key++}` }) });
    assert.deepEqual(
      server.asked.map(({ url, headers }) => [url, headers["x-key"]]),
      [
        ["/ledger/graphql", "0"],
        ["/ledger/graphql", "1"],
      ],
    );
  });

  for (const code of ["BAD_INPUT", "BAD_CURSOR", "NOT_FOUND", "INTERNAL", "A_CODE_OF_TOMORROW"])
    it(`${code} is asked once and comes out as it is`, async () => {
      server.play(refusal(code), answer(DATA));
      const { code: came, retryable, attempts, message } = await fails();
      assert.deepEqual([came, retryable, attempts, message], [code, false, 1, `it is ${code}`]);
      assert.equal(server.asked.length, 1);
    });

  for (const [code, status] of [
    ["RETRYABLE", 503],
    ["NOT_YET_INDEXED", 503],
    ["RETRYABLE", 200],
    ["TOO_MANY_REQUESTS", 429],
  ] as const)
    it(`${code} with HTTP ${status} is asked again, as often as allowed`, async () => {
      server.play(refusal(code, status, SOON), refusal(code, status, SOON), answer(DATA));
      assert.deepEqual(await ask(), DATA.data);
      assert.equal(server.asked.length, 3);
      server.play(refusal(code, status, SOON));
      const error = await fails({}, { retries: 2 });
      assert.deepEqual([error.code, error.retryable, error.attempts, error.status], [code, true, 3, status]);
      assert.equal(server.asked.length, 3);
    });

  it("takes no answer beside an error", async () => {
    server.play(answer({ ...DATA, errors: [{ message: "half", extensions: { code: "INTERNAL" } }] }));
    assert.equal((await fails()).code, "INTERNAL");
    server.play(answer({ ...DATA, errors: [] }));
    assert.equal((await fails()).code, "BAD_ANSWER");
    server.play(answer({ ...DATA, errors: "none" }));
    assert.equal((await fails()).code, "BAD_ANSWER");
    server.play(answer({ ...DATA, errors: null }));
    assert.equal((await fails()).code, "BAD_ANSWER");
  });

  it("takes the errors of the paths around GraphQL", async () => {
    server.play(answer({ error: { code: "BAD_INPUT", message: "too long" } }, 413));
    const { code, message, status } = await fails();
    assert.deepEqual([code, message, status], ["BAD_INPUT", "too long", 413]);
  });

  for (const [what, body, status, code, attempts] of [
    ["a page in front that says wait", "<h1>Bad gateway</h1>", 502, "UNREACHABLE", 2],
    ["a page in front that says no", "<h1>Forbidden</h1>", 403, "BAD_ANSWER", 1],
    ["a page that says all is well", "<h1>Welcome</h1>", 200, "BAD_ANSWER", 1],
    ["data with a status of failure", DATA, 500, "BAD_ANSWER", 1],
    ["nothing", "", 200, "BAD_ANSWER", 1],
    ["no data", { data: null }, 200, "BAD_ANSWER", 1],
    ["a list", [DATA], 200, "BAD_ANSWER", 1],
    ["half of an answer", '{"data":{"__typename":', 200, "BAD_ANSWER", 1],
  ] as const)
    it(`${what} is no answer`, async () => {
      server.play(answer(body, status, SOON));
      const error = await fails({ retries: 1 });
      assert.deepEqual([error.code, error.attempts, error.status], [code, attempts, status]);
    });

  it("follows no redirect, which could carry key and question elsewhere", async () => {
    server.play(answer("", 307, { location: "/elsewhere" }), answer(DATA));
    const error = await fails({ retries: 0 });
    assert.equal(error.code, "UNREACHABLE");
    assert.equal(server.asked.length, 1);
  });

  it("says that nobody is there, after further attempts", async () => {
    const gone = await startScripted();
    await gone.stop();
    const { code, retryable, attempts, cause } = await fails({ url: gone.url, retries: 1 });
    assert.deepEqual([code, retryable, attempts], ["UNREACHABLE", true, 2]);
    assert(cause instanceof Error);
  });

  it("gives an attempt up that is not answered, and asks again", async () => {
    server.play(silence, answer(DATA));
    assert.deepEqual(await ask({ attemptTimeoutMs: 300 }), DATA.data);
    server.play(silence);
    const error = await fails({ attemptTimeoutMs: 50, retries: 1 });
    assert.deepEqual([error.code, error.retryable, error.attempts], ["TIMEOUT", true, 2]);
    assert.equal((await fails({ timeoutMs: 50 })).code, "TIMEOUT");
  });

  it("gives up what heeds no signal", async () => {
    const deaf = (() => new Promise(() => {})) as typeof fetch;
    assert.equal((await fails({ fetch: deaf, attemptTimeoutMs: 20, retries: 0 })).code, "TIMEOUT");
  });

  it("ends with the caller's signal, for the caller's reason, whatever it is at", async () => {
    const reason = new Error("the user left");
    server.play(silence);
    const asking = new AbortController();
    const asked = ask({}, { signal: asking.signal });
    setTimeout(() => asking.abort(reason), 30);
    await assert.rejects(asked, reason);

    server.play(refusal("RETRYABLE", 503, { "retry-after": "10" }));
    const waiting = new AbortController();
    const waited = ask({}, { signal: waiting.signal });
    setTimeout(() => waiting.abort(reason), 200);
    await assert.rejects(waited, reason);

    server.play(answer(DATA));
    await assert.rejects(ask({}, { signal: AbortSignal.abort(reason) }), reason);
    assert.equal(server.asked.length, 0);
  });

  it("refuses options that are none", () => {
    for (const bad of [
      { url: "ftp://x" },
      { url: "no url" },
      { timeoutMs: 0 },
      { retries: -1 },
      { timeoutMs: 2 ** 31 },
    ])
      assert.throws(() => createClient({ url: server.url, ...bad }), TypeError, JSON.stringify(bad));
    return assert.rejects(ask({}, { attemptTimeoutMs: Number.NaN }), TypeError);
  });
});
