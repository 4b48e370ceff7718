/**
 * Text of strangers made safe to show on a terminal.
 *
 * Threat: paths, messages and values come out of hostile files. An escape sequence could paint "good" over a failure,
 * a bidirectional override could turn a place around, a line feed could add a line of its own.
 */

/** Controls (C0, DEL, C1), formats (bidi, zero width), lone surrogates, private, unassigned, line and paragraph ends. */
const UNSHOWN = /[\p{C}\p{Zl}\p{Zp}]/gu
const SHOWN_MAX = 65_536

/** The text on one line, each character that is not plainly visible as `\u{hex}`. */
export function printable(text: string): string {
  const escaped = text
    .slice(0, SHOWN_MAX)
    .replace(UNSHOWN, (character) => `\\u{${character.codePointAt(0)?.toString(16)}}`)
  return text.length > SHOWN_MAX ? `${escaped} (cut)` : escaped
}

/** JSON that stays JSON, with the same characters escaped. All of them stand inside strings. */
export function printableJson(value: unknown): string {
  return JSON.stringify(value).replace(UNSHOWN, (character) =>
    Array.from({ length: character.length }, (_, i) => character.charCodeAt(i))
      .map((unit) => `\\u${unit.toString(16).padStart(4, '0')}`)
      .join(''),
  )
}
