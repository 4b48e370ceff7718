/** Puts the tour's table between the markers of README.md, so that what the page shows is what a run printed. */
import type { RowReport } from './row.ts'

const MARKERS = /(<!-- tour -->\n)[\s\S]*?(<!-- \/tour -->)/

/** @throws {Error} when the page has no markers */
export function fillReadme(page: string, reports: readonly RowReport[]): string {
  if (!MARKERS.test(page)) throw new Error('README.md has no `<!-- tour -->` … `<!-- /tour -->`')
  const rows = reports.map(({ id, what, expected, ok, got, clause }) =>
    [id, what, expected, ok ? 'as expected' : got, clause ?? '–'].map(cell).join(' | '),
  )
  const table = ['id | what | expected | got | clause', '--- | --- | --- | --- | ---', ...rows]
  // A function, because what rows hold may look like a replacement pattern.
  return page.replace(
    MARKERS,
    (_all, open, close) => `${open}${table.map((row) => `| ${row} |\n`).join('')}${close}`,
  )
}

const cell = (text: string): string => text.replaceAll('|', '\\|').replace(/\s+/g, ' ')
