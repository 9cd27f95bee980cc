import { builder } from "../builder.ts";

builder.scalarType("EvidenceBundle", {
  description:
    "Evidence of one event as a JSON object, to be kept as it is and checked with `npm run verify-evidence`, offline and without us. docs/EVIDENCE.md says what is in it and what it proves.",
  serialize: (value) => value,
});
