import { type AccountRef, builder } from "../builder.ts";

export const Account = builder.objectRef<AccountRef>("Account").implement({
  description: "A holder, issuer or grantee, as the chain of the answer knows it.",
  fields: (t) => ({
    address: t.field({
      type: "Address",
      description: "The address, the same on every chain.",
      resolve: ({ address }) => address,
    }),
    accountId: t.field({
      type: "AccountId",
      description: "The account with its chain (CAIP-10).",
      resolve: (account) => account,
    }),
  }),
});
