/**
 * Numbers that are somebody's: form, check digit, and the word that says what they are.
 *
 * Runs of digits are found once; only then is asked which words stand near. Spec: docs/spec/leakage.md §2.2–2.3.
 * HOSTILE: every expression runs on a window of at most a few dozen characters.
 */
import { isCardNumber, isCorporateNumber, isDrivingLicence, isMyNumber } from './check-digits.ts'
import { type Label, Labels } from './labels.ts'
import type { LeakageSpan, LeakageType } from './leakage-type.ts'

/** Six or more digits with at most two marks between neighbours; a longer run is looked at piece by piece. */
const CLUSTER = /\d(?:[ .()/-]{0,2}\d){5,255}/g
/** What may stand around a cluster and belong to a number: `+`, `(`, letters of a passport. */
const LEAD_CHARS = 6
const TAIL_CHARS = 8
/** Letters and a space before the digits. */
const LETTERS_MAX = 3

interface Form {
  readonly type: LeakageType
  /** Sticky, and the match is the value: searching would cost a window for every run of digits. */
  readonly pattern: RegExp
  readonly check?: (digits: string, value: string) => boolean
}

const digitsOf = (value: string): string => value.replace(/\D/g, '')
const START = '(?<![\\d.])(?<!\\d-)'
const END = '(?!\\d)(?!-\\d)(?!\\.\\d)'
const form = (type: LeakageType, source: string, check?: Form['check'], flags = 'y'): Form => ({
  type,
  pattern: new RegExp(source, flags),
  ...(check === undefined ? {} : { check }),
})
const GROUPED12 = `${START}(?:\\d{4}(?<s>[ .-]{0,2})\\d{4}\\k<s>\\d{4})${END}`
const CARD = `${START}(?:[2-6]\\d{3}(?<s>[ .-]?)(?:\\d{4}\\k<s>\\d{4}\\k<s>\\d{1,7}|\\d{6}\\k<s>\\d{4,5})|[2-6]\\d{12,18})${END}`
const PHONE_PLUS =
  '(?<![\\w+])(?:(?:\\+|00|010[ -]?)81[ .-]?(?:\\(0\\)|0)?[ .-]?\\(?[1-9]\\d{0,3}\\)?[ .-]?\\d{1,4}[ .-]?\\d{4})(?![\\d-])'
const PHONE_MARKED =
  '(?<![\\w.+-])(?:\\(0\\d{1,4}\\)[ -]?\\d{1,4}[ -]\\d{4}|0\\d{1,4}[-(]\\d{1,4}[-)]\\d{4})(?![\\d-])'
const PHONE_SPACED =
  '(?<![\\w.+-])(?:0\\d{1,4}(?<s>[ ./])\\d{1,4}\\k<s>\\d{4}|0\\d{9,10}|0\\d{1,4}[ -]\\d{1,4}[ -]?\\d{4}|0[5789]0-?\\d{8}|0[5789]0 ?-?\\d{4} ?-?\\d{4})(?![\\d-])'

/** Numbers whose form says enough. */
const UNNAMED: readonly Form[] = [
  form('phone_jp', PHONE_PLUS, isForeignForm),
  form('phone_jp', PHONE_MARKED, isMarkedPhone),
  form('credit_card', `${START}(?:[2-6]\\d{3}(?<s>[ -])\\d{4}\\k<s>\\d{4}\\k<s>\\d{4})${END}`, isBrandedCard),
]
/** Numbers that need a word. */
const NAMED: Readonly<Partial<Record<LeakageType, readonly Form[]>>> = {
  my_number: [form('my_number', GROUPED12, isMyNumber)],
  drivers_license: [form('drivers_license', GROUPED12, isDrivingLicence)],
  credit_card: [form('credit_card', CARD, (digits) => isCardNumber(digits) && !isCorporateNumber(digits))],
  bank_account: [
    form(
      'bank_account',
      `(?<![\\d.])(?<!\\d{4}-)(?:\\d{7})(?!\\d)(?!-\\d)(?!\\.\\d)(?! ?(?:円|件|名|人|個|回|台|本|点|ドル|yen|JPY|USD|MB|KB|GB|ms|bytes))`,
    ),
    form('bank_account', '(?<!\\d)(?:1\\d{4}[- ]\\d{6,8})(?![\\d-])'),
  ],
  passport_jp: [form('passport_jp', '(?<![A-Za-z0-9])(?:[A-Za-z]{2}[ -]?\\d{7})(?![A-Za-z0-9])')],
  residence_card: [
    form('residence_card', '(?<![A-Za-z0-9])(?:[A-Za-z]{2}[ -]?\\d{8}[ -]?[A-Za-z]{2})(?![A-Za-z0-9])'),
  ],
  pension_number: [form('pension_number', '(?<![\\d-])(?:\\d{4}[- ]?\\d{6})(?![\\d-])')],
  phone_jp: [form('phone_jp', PHONE_SPACED, isSubscriber)],
}

/** Every number in `text` that is somebody's, in order. */
export function numberSpans(text: string): LeakageSpan[] {
  const spans: LeakageSpan[] = []
  const labels = new Labels(text)
  CLUSTER.lastIndex = 0
  for (let hit = CLUSTER.exec(text); hit !== null; hit = CLUSTER.exec(text)) {
    const at = hit.index
    const end = at + hit[0].length
    if (mayBeSomeones(hit[0])) inCluster(text, at, end, labels, spans)
  }
  return spans
}

/** Most clusters are dates, times and addresses of machines. */
function mayBeSomeones(cluster: string): boolean {
  if (cluster.length < 7) return false
  return !/^\d{4}[-/]\d{2}[-/]\d{2}$|^\d{1,3}(?:\.\d{1,3}){3}$|^\d{4}-\d{2}-\d{2} \d{2}$/.test(cluster)
}

function inCluster(text: string, from: number, to: number, labels: Labels, spans: LeakageSpan[]): void {
  const base = Math.max(0, from - LEAD_CHARS)
  const window = text.slice(base, Math.min(text.length, to + TAIL_CHARS))
  const taken: LeakageSpan[] = []
  const claim = (type: LeakageType, start: number, end: number): boolean => {
    if (taken.some((span) => start < span.end && end > span.start)) return false
    taken.push({ type, start, end })
    return true
  }
  for (const { start, digits, end } of wordsOf(window)) {
    // The two letters before may be of a passport, or the word itself (`cc 4…`).
    const own = labels.of(base + start, base + end)
    const calls = own.length > 0 || digits === start ? own : labels.of(base + digits, base + end)
    if (tryNamed(window, start, end, calls, base, claim)) labels.found(calls[0] ?? 'other', base + end)
    else if (calls[0] !== 'other' || !isClose(text, base + start)) tryUnnamed(window, start, end, base, claim)
  }
  spans.push(...taken.sort((a, b) => a.start - b.start))
}

/** Where numbers may begin in a window: at each digit run, or at the mark or letters before it. */
function* wordsOf(window: string): Generator<{ start: number; digits: number; end: number }> {
  const RUN = /((?<![A-Za-z])[A-Za-z]{2}[ -]?|\+|\()?(?:\d{3,}|(?<!\d)0\d|(?<=[+(])\d{2})\d*/g
  let last = -1
  for (let hit = RUN.exec(window); hit !== null; hit = RUN.exec(window)) {
    if (hit.index <= last) continue
    const after = hit.index + hit[0].length
    const rest = /^[\d ().-]{0,31}\d/.exec(window.slice(after, after + 32))?.[0].length ?? 0
    last = hit.index
    const end = hit.index + hit[0].length + rest
    if (digitsOf(window.slice(hit.index, end)).length >= 7)
      yield { start: hit.index, digits: hit.index + (hit[1]?.length ?? 0), end }
  }
}

type Claim = (type: LeakageType, start: number, end: number) => boolean

function tryNamed(
  window: string,
  start: number,
  end: number,
  calls: readonly Label[],
  base: number,
  claim: Claim,
): boolean {
  for (const label of calls) {
    if (label === 'other') return false
    for (const each of NAMED[label] ?? []) if (take(each, window, start, end, base, claim)) return true
  }
  return false
}

function tryUnnamed(window: string, start: number, end: number, base: number, claim: Claim): void {
  for (const each of UNNAMED) if (take(each, window, start, end, base, claim)) return
}

/** Claims the value of `form` that begins at `start`. */
function take(
  { type, pattern, check }: Form,
  window: string,
  start: number,
  end: number,
  base: number,
  claim: Claim,
): boolean {
  for (let at = start; at <= start + LETTERS_MAX && at < end; at++) {
    pattern.lastIndex = at
    const value = pattern.exec(window)?.[0]
    if (value !== undefined && check?.(digitsOf(value), value) !== false)
      return claim(type, base + at, base + at + value.length)
  }
  return false
}

/** Whether the word that says "somebody else's" stands right before. */
function isClose(text: string, start: number): boolean {
  return /[^\s\d][^\s\d]{0,3}[\s:#=（("'「]{0,4}$/.test(text.slice(Math.max(0, start - 8), start))
}

function isBrandedCard(digits: string): boolean {
  return isCardNumber(digits) && /^(?:4|5[1-5]|2[2-7]|35|6011|65)/.test(digits)
}

function isForeignForm(digits: string): boolean {
  const rest = digits.replace(/^(?:010|00)?81/, '')
  return isSubscriber(rest.startsWith('0') ? rest : `0${rest}`)
}

/** Ten digits, or eleven for mobile and IP lines; free-phone and premium lines belong to companies. */
function isSubscriber(digits: string): boolean {
  if (/^0(?:120|570|990|180)/.test(digits) || !/^0[1-9]/.test(digits)) return false
  return /^0[25789]0/.test(digits) ? digits.length === 11 : digits.length === 10
}

/** With its marks a number says where the area ends, and areas are known: 03, 04x, 0xx, 0xxx; six digits with the exchange. */
function isMarkedPhone(digits: string, value: string): boolean {
  if (!isSubscriber(digits)) return false
  const [area = '', exchange = ''] = value.split(/\D+/).filter((part) => part !== '')
  // 0800 with three digits after it is a free line; the same digits as 080-0… are a person's.
  if (digits.length === 11) return area.length === 3 && exchange.length === 4
  if (area.length === 2 && !/^0[346]$/.test(area)) return false
  return area.length + exchange.length === 6
}
