/**
 * Cells of a table that its head names: a password or a person's name says nothing of itself.
 *
 * Spec: docs/spec/leakage.md §2.5. LIMIT: quoted cells that hold the separator shift their row; a row of another length
 * than the head is passed over.
 */
import { isPasswordCell, PASSWORD_WORD } from './credentials.ts'
import type { LeakageSpan, LeakageType } from './leakage-type.ts'
import { NAME_CELL, NAME_HEAD } from './persons.ts'

const MARKS = [',', '\t', '|', ';'] as const
/** Only a head with one of these words is split. */
const HEAD_WORD = /pass|pwd|secret|key|token|パス|暗証|シークレット|氏名|名前|名義|name|担当|顧客|契約者/i
const LINE_CHARS_MAX = 4096

/** Spans of cells under a telling head, in order. */
export function columnSpans(text: string): LeakageSpan[] {
  const spans: LeakageSpan[] = []
  if (!text.includes('\n')) return spans
  let head: Columns | null = null
  let fresh = true
  for (let at = 0; at < text.length; ) {
    const next = text.indexOf('\n', at)
    const end = next < 0 ? text.length : next
    const line = end - at > LINE_CHARS_MAX ? '' : text.slice(at, end)
    if (line.trim() === '') fresh = true
    else if (fresh) {
      head = columnsOf(line)
      fresh = false
    } else if (head !== null) cellsOf(line, at, head, spans)
    at = end + 1
  }
  return spans
}

interface Columns {
  readonly mark: string
  readonly types: readonly (LeakageType | null)[]
}

function columnsOf(line: string): Columns | null {
  if (!HEAD_WORD.test(line)) return null
  const mark = MARKS.find((each) => line.includes(each))
  if (mark === undefined) return null
  const types = line.split(mark).map((cell): LeakageType | null => {
    if (NAME_HEAD.test(cell)) return 'name_jp'
    return PASSWORD_WORD.test(cell) ? 'generic_password' : null
  })
  return types.some((type) => type !== null) ? { mark, types } : null
}

function cellsOf(line: string, lineStart: number, { mark, types }: Columns, spans: LeakageSpan[]): void {
  const cells = line.split(mark)
  if (cells.length !== types.length) return
  let at = lineStart
  cells.forEach((cell, index) => {
    const type = types[index] ?? null
    const value = cell.replace(/^[\s"']+|[\s"']+$/g, '')
    const start = at + cell.indexOf(value)
    if (type !== null && value !== '' && (type === 'name_jp' ? NAME_CELL.test(value) : isPasswordCell(value)))
      spans.push({ type, start, end: start + value.length })
    at += cell.length + mark.length
  })
}
