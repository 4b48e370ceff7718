/** What is shown to a person: columns, local times, and text of others without control characters. */

/** Left-aligned columns; the first row holds the titles. Cells may be words of others. */
export function columns(given: readonly (readonly string[])[]): string {
  const rows = given.map((row) => row.map(plain))
  const widths = (rows[0] ?? []).map((_, at) => Math.max(...rows.map((row) => (row[at] ?? '').length)))
  return rows
    .map((row) =>
      row
        .map((cell, at) => cell.padEnd(widths[at] ?? 0))
        .join('  ')
        .trimEnd(),
    )
    .join('\n')
}

/** `2026-11-22 19:24:41 +09:00`: the zone of whoever reads, with its offset. */
export function localTime(ms: number): string {
  const date = new Date(ms)
  const offsetMinutes = -date.getTimezoneOffset()
  const shifted = new Date(ms + offsetMinutes * 60_000).toISOString()
  const ahead = Math.abs(offsetMinutes)
  const two = (value: number): string => String(value).padStart(2, '0')
  const sign = offsetMinutes < 0 ? '-' : '+'
  return `${shifted.slice(0, 10)} ${shifted.slice(11, 19)} ${sign}${two(Math.floor(ahead / 60))}:${two(ahead % 60)}`
}

/** HOSTILE: words of others could hold escapes for the terminal, or turn the direction of the line. */
export function plain(text: string): string {
  return text.replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]+/gu, ' ')
}

/** The same for a text of several lines, whose breaks stay. */
export function plainLines(text: string): string {
  return text
    .split('\n')
    .map((line) => line.replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]+/gu, '\ufffd'))
    .join('\n')
}
