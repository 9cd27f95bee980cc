import type { GraphQLSchema } from "graphql";
import { guard } from "./access/guard.ts";
import { builder } from "./builder.ts";
import { reuseGiven } from "./writing/given.ts";

// Each of these adds its types to the builder.
import "./scalars/accountId.ts";
import "./scalars/address.ts";
import "./scalars/blockNumber.ts";
import "./scalars/bytes.ts";
import "./scalars/bytes32.ts";
import "./scalars/chainId.ts";
import "./scalars/count.ts";
import "./scalars/evidenceBundle.ts";
import "./scalars/knownAt.ts";
import "./scalars/seconds.ts";
import "./scalars/timestamp.ts";
import "./scalars/unixTime.ts";
import "./queries/accesses.ts";
import "./queries/auditTrail.ts";
import "./queries/chains.ts";
import "./queries/check.ts";
import "./queries/checkMany.ts";
import "./queries/credentials.ts";
import "./queries/entities.ts";
import "./queries/evidence.ts";
import "./queries/grants.ts";
import "./queries/queryLog.ts";
import "./queries/reports.ts";
import "./subscriptions/watch.ts";

/** The whole schema, each question held against who asks it; `schema.graphql` beside this file is its text. */
export const schema: GraphQLSchema = reuseGiven(guard(builder.toSchema()));
