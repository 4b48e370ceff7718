/**
 * Words that say what a number is.
 *
 * A number counts as personal only by the *nearest* word before it (on its line, in its table column, or in the
 * list it continues), so `マイナンバー制度 注文番号 …` is an order number. Spec: docs/spec/leakage.md §2.3.
 */
import type { LeakageType } from './leakage-type.ts'

/** `other`: a word for a number that is nobody's. */
export type Label = LeakageType | 'other'

/** How far before a number its word may stand, and how far after it. */
const BEFORE_CHARS = 48
const AFTER_CHARS = 16
/** Lines of one table are looked at from its first line on; a longer cell says nothing. */
const CELL_CHARS_MAX = 200

const WORDS: readonly (readonly [Label, string])[] = [
  [
    'my_number',
    'マイ[・ ]?ナンバー(?:カード)?|個人番号|個番|特定個人情報|my[ _-]?number(?:[ _-]?card)?|individual[ _-]?number|kojin[ _-]?bango|\\bmy[_-]?no\\b|\\bmynum',
  ],
  [
    'drivers_license',
    "運転免許|免許|driver'?s?[ _-]?licen[cs]e|driving[ _-]?licen[cs]e|\\bmenkyo|licen[cs]e(?![ _-]?(?:key|server|agreement|id))",
  ],
  ['passport_jp', '旅券|パスポート|passport|\\bryoken'],
  ['residence_card', '在留|residence[ _-]?card|zairyu'],
  ['pension_number', '年金|pension'],
  ['credit_card', 'クレジット|クレカ|カード|card|\\bpan\\b|\\bcc\\b|visa|master|\\bjcb\\b|amex|diners'],
  [
    'bank_account',
    '口座|普通(?:預金)?|当座(?:預金)?|貯蓄(?:預金)?|\\(普\\)|\\b普\\)|振込先|bank[ _-]?(?:account|acct)|account[ _-]?(?:no\\b|num|#)|\\bacct\\b|\\bkou?za',
  ],
  [
    'phone_jp',
    '電話|携帯|スマホ|連絡|直通|(?<![a-z])tel(?![a-z])|phone|mobile|(?<![a-z])fax(?![a-z])|ファックス|ファクス|☎|\\bcell\\b|denwa|keitai',
  ],
  [
    'other',
    '注文|受付|受注|発注|伝票|追跡|送り状|お?問い?合わ?せ番号|法人番号|法人等|登録番号|トランザクション|取引(?!先)|請求|製品|商品|型番|品番|シリアル|管理番号|案件|チケット|整理番号|契約番号|証券番号|予約|ロット|版数|ビルド|時刻|残高|金額|売上|件数|支店番号|店番|社員番号|会員番号|学籍|証明書番号|文書番号|参照番号|ジョブ|order|tracking|transaction|\\btxn|invoice|ticket|serial|product|\\bsku\\b|isbn|\\bjan\\b|case[ _-]?(?:id|no)|trace|\\bspan\\b|session|\\bbuild\\b|version|timestamp|epoch|commit|sha\\d|uuid|amount|balance|price|\\bport\\b|\\bpid\\b|[_-]id\\b|\\bid\\b|\\bseq|nonce|offset|bytes|checksum|digest',
  ],
]
const LABEL = new RegExp(
  WORDS.map(([label, words]) => `(?<${label === 'other' ? 'other' : label}>${words})`).join('|'),
  'gi',
)
const NAMES = WORDS.map(([label]) => label)
/** Said after a number: what it was. */
const AFTER: readonly (readonly [Label, RegExp])[] = [
  ['my_number', /^[」』）)"'\s]{0,2}(?:[（(]|が|は|: ?)?(?:私の|my )?(?:マイナンバー|個人番号)/i],
  ['drivers_license', /^[」』）)"'\s]{0,2}(?:[（(]|が|は)?(?:運転)?免許/],
  ['credit_card', /^[」』）)"'\s,]{0,3}(?:[（(]|の)?(?:有効期限|カード|exp(?:iry|ires|\b)|cvv|cvc)/i],
  ['bank_account', /^[」』）)"'\s]{0,2}[（(](?:口座|普通|当座)/],
  ['passport_jp', /^[」』）)"'\s]{0,2}(?:[（(]|が|は)?(?:旅券|パスポート|passport)/i],
  [
    'phone_jp',
    /^[」』）)"'\s]{0,2}(?:まで|へ(?:ご)?連絡|に(?:お)?電話|[（(](?:携帯|自宅|会社|直通|mobile|cell|home))/i,
  ],
]

/** Where the labels of one text are asked for, in order of place. */
export class Labels {
  private readonly text: string
  private readonly table: TableHead
  /** The value found last: what follows in the same list is of the same kind. */
  private last: { readonly label: Label; readonly end: number } | null = null

  constructor(text: string) {
    this.text = text
    this.table = new TableHead(text)
  }

  /** Notes a value, so that a list of them needs one word only. */
  found(label: Label, end: number): void {
    this.last = { label, end }
  }

  /** What words call the number at `start`–`end`, the nearest first; nothing after the first `other`. */
  of(start: number, end: number): Label[] {
    const { last } = this
    if (last !== null && start >= last.end && isListGap(this.text.slice(last.end, start))) return [last.label]
    const near = labelsIn(this.lineBefore(start))
    if (near.length > 0) return near
    const after = this.text.slice(end, end + AFTER_CHARS)
    const behind = AFTER.find(([, pattern]) => pattern.test(after))
    if (behind !== undefined) return [behind[0]]
    return labelsIn(this.table.cellAbove(start))
  }

  /** What stands before on the line; of the line above where nothing but a mark does. */
  private lineBefore(start: number): string {
    const from = Math.max(0, start - BEFORE_CHARS)
    let end = start
    while (end > from && isMark(this.text.charCodeAt(end - 1))) end--
    const line = this.text.slice(from, start)
    const said = this.text.slice(from, end)
    return line.slice(Math.max(said.lastIndexOf('\n'), said.lastIndexOf('|')) + 1)
  }
}

/** What words call a number that stands after `text`: the nearest first, up to the first `other`. */
function labelsIn(text: string): Label[] {
  if (text === '') return []
  const found: Label[] = []
  LABEL.lastIndex = 0
  for (let hit = LABEL.exec(text); hit !== null; hit = LABEL.exec(text)) {
    // INVARIANT: exactly one group took part in a match.
    const label = NAMES.find((name) => hit?.groups?.[name] !== undefined) ?? 'other'
    found.unshift(label)
  }
  const cut = found.indexOf('other')
  return cut < 0 ? found : found.slice(0, cut + 1)
}

/** White space, digits, and marks that open a value or a list item. */
function isMark(code: number): boolean {
  return code < 128 ? MARKS[code] === 1 : code === 0x3000 || code === 0x2022 || code === 0x30fb
}

const MARKS = new Uint8Array(128)
for (const char of ' \t\n\r-*>|"\'`([{:#.)0123456789') MARKS[char.charCodeAt(0)] = 1

function isListGap(gap: string): boolean {
  return gap.length <= 8 && /^[\s,、・;/|"'[\]*\-と及びandor]*$/.test(gap) && gap !== ''
}

/** The head of the table a line belongs to: the first line after the last empty one. Asked in order of place. */
class TableHead {
  private readonly text: string
  private lineStart = 0
  private nextEnd = -1
  private headStart = 0
  private cells: { readonly at: number; readonly mark: string; readonly cells: readonly string[] } | null =
    null

  constructor(text: string) {
    this.text = text
  }

  /** The cell of the head in the column of `place`; '' where there is no table. */
  cellAbove(place: number): string {
    this.advance(place)
    if (this.headStart === this.lineStart) return ''
    const before = this.text.slice(Math.max(this.lineStart, place - 4096), place)
    const mark = [',', '\t', '|', ';'].find((each) => before.includes(each)) ?? this.markOfHead()
    if (mark === null || mark === '') return ''
    const cells = this.headCells(mark)
    const cell = cells[before.split(mark).length - 1] ?? ''
    return cell.length > CELL_CHARS_MAX ? '' : cell
  }

  /** A value in the first column has no mark before it. */
  private markOfHead(): string | null {
    const head = this.text.slice(this.headStart, this.headStart + 4096).split('\n', 1)[0] ?? ''
    return [',', '\t', ';'].find((each) => head.includes(each)) ?? null
  }

  private headCells(mark: string): readonly string[] {
    if (this.cells?.at !== this.headStart || this.cells.mark !== mark) {
      const end = this.text.indexOf('\n', this.headStart)
      const head = this.text.slice(
        this.headStart,
        Math.min(end < 0 ? this.text.length : end, this.headStart + 8192),
      )
      this.cells = { at: this.headStart, mark, cells: head.split(mark) }
    }
    return this.cells.cells
  }

  private advance(place: number): void {
    for (;;) {
      // Remembered: a long line without an end would be searched again for each of its numbers.
      if (this.nextEnd < this.lineStart) {
        const found = this.text.indexOf('\n', this.lineStart)
        this.nextEnd = found < 0 ? this.text.length : found
      }
      const next = this.nextEnd
      if (next >= place) return
      if (this.text.slice(this.lineStart, next).trim() === '') this.headStart = next + 1
      this.lineStart = next + 1
      if (this.text.charCodeAt(this.lineStart) === 10) this.headStart = this.lineStart + 1
    }
  }
}
