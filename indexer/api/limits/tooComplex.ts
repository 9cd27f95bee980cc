import { GraphQLError } from "graphql";
import type { ErrorCode } from "../errors.ts";

/** The caller must ask for less. A request error, whose HTTP status is that of a document that is not valid. */
export const tooComplex = (message: string): GraphQLError =>
  new GraphQLError(message, {
    extensions: { code: "TOO_COMPLEX" satisfies ErrorCode, http: { spec: true, status: 400 } },
  });
