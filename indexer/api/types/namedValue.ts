import { builder } from "../builder.ts";
import type { NamedValue as Value } from "../eventDetails.ts";

export const NamedValue = builder.objectRef<Value>("NamedValue").implement({
  description: "A value of an event or call of the governance.",
  fields: (t) => ({
    name: t.exposeString("name", { description: "Its name; of a field of a struct with the struct's before it." }),
    type: t.exposeString("type", { description: "Its Solidity type." }),
    value: t.exposeString("value", {
      description:
        "The value: whole numbers in decimal digits, addresses with their checksum, bytes in hex, text as it is.",
    }),
  }),
});
