/**
 * Text that somebody else wrote, on one line and with nothing in it that a reader cannot see: control and format characters
 * (the marks that turn the direction of writing among them), line separators and halves of surrogate pairs are shown by
 * number, and a backslash is doubled, so that what was written can be told from what is shown.
 */
const HIDDEN = /[\\\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/gu;

export const visibleText = (text: string): string =>
  text.replace(HIDDEN, (mark) => (mark === "\\" ? "\\\\" : `\\u{${(mark.codePointAt(0) ?? 0).toString(16)}}`));
