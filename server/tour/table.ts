/**
 * Prints a table whose cells may hold Japanese: a full-width character takes two columns of a terminal.
 */

/** Characters that terminals draw two columns wide: CJK, kana, hangul, full-width forms. */
const WIDE =
  /[\u1100-\u115f\u2e80-\u303e\u3041-\u33ff\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe4f\uff01-\uff60\uffe0-\uffe6]/u

export interface Column {
  readonly title: string
  /** Longer cells are cut and end in `…`. */
  readonly columnsMax: number
  readonly align?: 'left' | 'right'
}

/** Lays out rows under their column titles; every line is as wide as the table, less trailing spaces. */
export function layOut(columns: readonly Column[], rows: readonly (readonly string[])[]): string[] {
  const cells = [columns.map((column) => column.title), ...rows].map((row) =>
    columns.map((column, at) => cut(row[at] ?? '', column.columnsMax)),
  )
  const widths = columns.map((_, at) => Math.max(...cells.map((row) => displayWidth(row[at] ?? ''))))
  const lines = cells.map((row) =>
    row
      .map((cell, at) => pad(cell, widths[at] ?? 0, columns[at]?.align ?? 'left'))
      .join('  ')
      .trimEnd(),
  )
  const rule = widths.map((width) => '─'.repeat(width)).join('  ')
  return [lines[0] ?? '', rule, ...lines.slice(1)]
}

/** Columns of a terminal that the text takes. */
export function displayWidth(text: string): number {
  let width = 0
  for (const character of text) width += WIDE.test(character) ? 2 : 1
  return width
}

function cut(text: string, columnsMax: number): string {
  if (displayWidth(text) <= columnsMax) return text
  let kept = ''
  for (const character of text) {
    if (displayWidth(kept + character) > columnsMax - 1) break
    kept += character
  }
  return `${kept}…`
}

function pad(text: string, width: number, align: 'left' | 'right'): string {
  const spaces = ' '.repeat(Math.max(0, width - displayWidth(text)))
  return align === 'left' ? text + spaces : spaces + text
}
