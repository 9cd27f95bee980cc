/** Who comes, what they read first, and a query to begin with: each is answered as it stands. */

export interface Reader {
  readonly who: string;
  readonly asks: string;
  /** Of docs/. */
  readonly page: string;
  readonly query: string;
}

/** To be replaced by the reader's own; nobody has ever had them. */
const CREDENTIAL = `0x${"00".repeat(31)}01`;
const ACCOUNT = `0x${"00".repeat(19)}01`;

export const READERS: readonly Reader[] = [
  {
    who: "Institutions",
    asks: "may I read this credential?",
    page: "INSTITUTIONS.md",
    query: `# Put in the credential and your own account. Only ALLOWED allows.
query MayIRead {
  check(credential: "${CREDENTIAL}", grantee: "${ACCOUNT}", purpose: 1) {
    decision reason explanation validUntil
    evaluatedAt { chain status block finality }
  }
}
`,
  },
  {
    who: "Auditors",
    asks: "what happened, in order?",
    page: "AUDITORS.md",
    query: `# Everything the contracts said, the newest last; what a reorg dropped is marked.
query WhatHappened {
  auditTrail(last: 20) {
    nodes { blockTime chain kind grantee { address } purposeName reasonName finality verification retracted }
    pageInfo { hasPreviousPage startCursor }
  }
}
`,
  },
  {
    who: "Holders",
    asks: "who can read me, and until when?",
    page: "HOLDERS.md",
    query: `# Put in your credential.
query WhoCanReadMe {
  whoCanRead(credential: "${CREDENTIAL}", use: RECORD_KEEPING) {
    nodes { grantee purposeName answer { decision state explanation } }
    complete
  }
}
`,
  },
  {
    who: "Issuers",
    asks: "what became of my credentials?",
    page: "ISSUERS.md",
    query: `# Put in your account.
query IssuedByMe {
  credentials(filter: { issuer: "${ACCOUNT}" }, first: 20) {
    nodes { credential chain status reasonName validUntil finality }
  }
}
`,
  },
  {
    who: "Operators",
    asks: "how far is every chain?",
    page: "OPERATORS.md",
    query: `query Chains {
  chains { chain name status quarantine headBlock indexedBlock finalizedBlock lag events undecoded }
}
`,
  },
];
