import { type Address, type CredentialRef, sameBytes } from "../../grants/bytes.ts";
import type { Database, Statement } from "../database.ts";

/** Whether somebody has, or ever had, a grant on a credential, as far as is known now. */
const HOLDS: Statement = {
  name: "holds_grant",
  text: "SELECT FROM access_grant WHERE credential = $1 AND grantee = $2 AND granted_at > 0 LIMIT 1",
};

export async function holdsGrant(database: Database, credential: CredentialRef, grantee: Address): Promise<boolean> {
  return (await database.prepared(HOLDS, [credential, grantee])).length > 0;
}

/** Whether this is the address of who asks. */
export const isOwn = (account: Address, given: Uint8Array | null | undefined): boolean =>
  given != null && sameBytes(account, given);
