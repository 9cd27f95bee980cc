import type { DocumentNode } from "graphql";
import { LRUCache } from "lru-cache";

/** Characters of the texts that are kept. What is parsed of a text takes some twenty times its room, so 20 MB or so in all. */
const MAX_CHARACTERS = 1_000_000;

const bounded = <Value extends object>() =>
  new LRUCache<string, Value>({
    maxSize: MAX_CHARACTERS,
    // A text as long as all of them together would push the others out for itself.
    maxEntrySize: MAX_CHARACTERS / 10,
    sizeCalculation: (_value, text) => text.length + 1,
  });

/** Yoga's own cache counts documents, however long each is; whoever sends long ones could fill the memory. */
export const parsedDocuments = () => ({
  documentCache: bounded<DocumentNode>(),
  errorCache: bounded<Error>(),
  // What is valid is remembered by useValidation, which costs less per request.
  validationCache: false,
});
