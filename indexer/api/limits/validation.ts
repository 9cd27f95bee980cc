import { type DocumentNode, NoSchemaIntrospectionCustomRule } from "graphql";
import type { Plugin } from "graphql-yoga";
import { overLimits } from "./documentLimits.ts";

/**
 * A document is validated once, and refused for its size before it is looked at closely. The rules are the same for every
 * request, so the parsed document alone is the key.
 */
export function useValidation({ introspection }: { readonly introspection: boolean }): Plugin {
  const valid = new WeakSet<DocumentNode>();
  return {
    onValidate({ params: { schema, documentAST }, setResult, addValidationRule }) {
      if (valid.has(documentAST)) {
        setResult([]);
        return;
      }
      const over = overLimits(schema, documentAST);
      if (over.length > 0) {
        setResult([...over]);
        return;
      }
      // Decides by the type of a field and so cannot be led past by names, aliases or fragments.
      if (!introspection) addValidationRule(NoSchemaIntrospectionCustomRule);
      return ({ valid: isValid }) => {
        if (isValid) valid.add(documentAST);
      };
    },
  };
}
