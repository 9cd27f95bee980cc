/**
 * Text that somebody else wrote, on one line and with nothing in it that a reader cannot see: control characters, the marks
 * that turn the direction of writing, line separators and what stands alone of a surrogate pair are shown by number, a
 * backslash is doubled, so that what was written can be told from what is shown.
 */
const HIDDEN =
  /[\\\u0000-\u001f\u007f-\u009f\u00ad\u061c\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb\p{Cs}]|[\u{e0000}-\u{e007f}]/gu;

export const visibleText = (text: string): string =>
  text.replace(HIDDEN, (mark) => (mark === "\\" ? "\\\\" : `\\u{${(mark.codePointAt(0) ?? 0).toString(16)}}`));
