import { Agent, request } from "undici";

/** One client for all that is asked, whose connections stay open as a caller's would. */
const agent = new Agent({ connections: 4, keepAliveTimeout: 60_000 });
const headers = { "content-type": "application/json" };

/** The `data` of a GraphQL answer; an empty object where nobody answers yet, or with an error. */
export async function asks(
  url: string,
  body: { readonly query: string; readonly variables?: object },
): Promise<object> {
  try {
    const response = await request(url, { method: "POST", headers, body: JSON.stringify(body), dispatcher: agent });
    const answer = (await response.body.json()) as { data?: object | null };
    return answer.data ?? {};
  } catch {
    return {};
  }
}

export const checkQuery = (credential: string, grantee: string) => ({
  query: "query ($c: Bytes32!, $g: Address!) { check(credential: $c, grantee: $g, purpose: 1) { decision state } }",
  variables: { c: credential, g: grantee },
});

const LIST = `query ($g: Address!) {
  grants(first: 100, filter: { grantee: $g }) { edges { node { credential purpose legalBasis seal state } } }
}`;
export const listQuery = (grantee: string) => ({ query: LIST, variables: { g: grantee } });

/** Whether our `check` says ALLOWED. */
export async function asksCheck(url: string, credential: string, grantee: string): Promise<boolean> {
  const said = (await asks(url, checkQuery(credential, grantee))) as { check?: { decision?: string } };
  return said.check?.decision === "ALLOWED";
}
