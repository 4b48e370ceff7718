/**
 * Secrets that only their surroundings give away: passwords after a word that says so, URLs with credentials,
 * credentials in headers. Spec: docs/spec/leakage.md §2.4. HOSTILE: every repetition has a ceiling.
 */
import type { LeakageSpan, LeakageType } from './leakage-type.ts'

const SCHEME = /(?:[a-z][a-z0-9+]{1,20}:)?$/i
const DB_CONN = /\/\/[^\s:@/"'<>`\\]{0,64}:(?<pass>[^\s@/"'<>`{}*\\]{1,128})@[^\s"'<>`\\,;)}\]、。」]{1,300}/g
const JDBC = /\bjdbc:[a-z0-9]{2,20}:[^\s"'<>`]{3,200}[?&;]password=(?<pass>[^\s"'<>`&;]{3,128})/gi
const WORD =
  '(?:(?:passw(?:or)?d|passphrase|passcode|(?<![A-Za-z])pass)(?!port|iv|ed|ing|es|enger|age|ion|thr|[-_]?fail)|pwd|\\bpw|passwort|secret(?:[_ -]?(?:access[_ -]?)?key)?|(?:client|app|shared|signing|webhook)[_-]?secret|api[_ -]?(?:key|secret|token)|apikey|access[_-]?(?:token|key)|auth[_-]?token|bearer[_-]?token|encryption[_-]?key|credential|パスワード|パスフレーズ|暗証(?:番号|コード)?|シークレット(?:キー)?|APIキー|アクセスキー|秘密鍵)'
const VALUE = '[!#-&(-+.-:<-_a-~-]'
const PASSWORD = new RegExp(
  `${WORD}(?:[A-Z0-9_]{0,12})?["'\`\\]】]{0,2}(?:(?<=】)|(?<=[ァ-ヶー一-鿿])\\((?=[^()\\s]{6,64}\\))|\\s?[:=]{1,2}>?\\s{0,4}|\\s?(?:は|が|is)[、,:\\s]{0,2}|>|\\s?\\|\\s?|[ \\t]?\\r?\\n\\s{0,4})["'\`「『]?(?<v>(?!["'\`,;@])${VALUE}{6,128})`,
  'gi',
)
const FLAG = new RegExp(
  `--(?:password|passwd|pass|secret|api-?key|token)[= ]["']?(?<v>(?!["'-])${VALUE}{6,128})`,
  'gi',
)
const USER_PASS = /\bcurl\b[^\n]{0,200}?\s(?:-u|--user)[= ]?["']?[\w.@-]{1,64}:(?<v>[^\s"']{4,128})/g
const BASIC = /\bBasic\s(?<v>[A-Za-z0-9+/]{8,512}={0,2})/g
const BEARER = /\b(?:Bearer|token)\s(?<v>[A-Za-z0-9._~+/-]{20,2048}=*)/g
const SAS = /[?&]sig=(?<v>[A-Za-z0-9%+/]{40,120}(?:%3D|=){0,2})/g

/** Documentation's own. */
const STOCK =
  /^(?:pass(?:word|wd|phrase|code)?\d{0,4}|pwd|pw|secret|changeme|change_me|xxx+|example|your[-_]?\w*|my[-_]?(?:password|secret)\w*|user|root|admin|test|postgres|mysql|none|null|undefined|true|false|string|required|optional|hunter2|foo|bar|placeholder|redacted|hidden|masked|dummy|sample)$/i
const EXPRESSION =
  /[()[\]{}<>]|\$[{(A-Za-z_]|^\$|^%\w+%$|^\*+|^[x•.●-]+$|environ|process\.env|getenv|os\.|config\.|settings\.|secrets?\.|vault[:.]|ssm:|arn:aws|example|changeme|change_me|placeholder|redacted|your[-_]|^https?:|SEKISHO_[A-Z]/i

/** Credentials in `text`, in no order. */
export function credentialSpans(text: string): LeakageSpan[] {
  const spans: LeakageSpan[] = []
  const add = (type: LeakageType, start: number, end: number): void => void spans.push({ type, start, end })
  for (const hit of text.matchAll(DB_CONN)) {
    if (!isUrlPassword(hit.groups?.pass ?? '')) continue
    const scheme = SCHEME.exec(text.slice(Math.max(0, hit.index - 22), hit.index))?.[0].length ?? 0
    add('db_conn', hit.index - scheme, hit.index + hit[0].replace(/[.?!]$/, '').length)
  }
  for (const hit of text.matchAll(JDBC))
    if (isUrlPassword(hit.groups?.pass ?? '')) add('db_conn', hit.index, hit.index + hit[0].length)
  values(text, BASIC, (value) => isBasic(value) && 'generic_password', add)
  values(text, BEARER, (value) => isOpaqueToken(value) && 'provider_token', add)
  values(text, SAS, (value) => value.length >= 43 && 'cloud_key', add)
  for (const pattern of [FLAG, USER_PASS, PASSWORD])
    values(text, pattern, (value) => isPasswordLike(value) && 'generic_password', add)
  return spans
}

function values(
  text: string,
  pattern: RegExp,
  typeOf: (value: string) => LeakageType | false,
  add: (type: LeakageType, start: number, end: number) => void,
): void {
  for (const hit of text.matchAll(pattern)) {
    const value = trimmed(hit.groups?.v ?? '')
    const type = typeOf(value)
    const start = hit.index + hit[0].length - (hit.groups?.v ?? '').length
    if (type !== false) add(type, start, start + value.length)
  }
}

/** The mark that ends a sentence or a JSON value is not of the value. */
function trimmed(given: string): string {
  const close = given.includes('(') ? -1 : given.indexOf(')')
  const value = close < 0 ? given : given.slice(0, close)
  return value.replace(/(?:\\[nrt"]?.*|["'`」』,;].*|&quot;.*|<\/.*|[.:|]+)$/, '')
}

function isUrlPassword(value: string): boolean {
  if (/^\$|^%(?![0-9A-Fa-f]{2})|\$\{|^<|^\*+$/.test(value)) return false
  return !STOCK.test(value) && !/^x+$/i.test(value)
}

function isBasic(value: string): boolean {
  const plain = Buffer.from(value, 'base64').toString('utf8')
  return /^[\x20-\x7e]{1,64}:[\x20-\x7e]{3,}$/.test(plain) && !STOCK.test(plain.slice(plain.indexOf(':') + 1))
}

function isOpaqueToken(value: string): boolean {
  if (EXPRESSION.test(value) || value.startsWith('eyJ')) return false
  return /\d/.test(value) && /[A-Za-z]/.test(value) && new Set(value).size >= 12
}

/** Whether a table cell under a word for passwords holds one. */
export const isPasswordCell = (value: string): boolean => isPasswordLike(value)
export const PASSWORD_WORD = new RegExp(`^\\W*(?:\\w+[_ ])?${WORD}\\W*$`, 'i')

/** A literal password: mixed characters, and no expression that fetches one. */
function isPasswordLike(value: string): boolean {
  if (value.length < 6 || STOCK.test(value) || EXPRESSION.test(value)) return false
  // `settings.SECRET_KEY`, `user/password`: a path of words.
  if (/^[A-Za-z_]+(?:[._/:-][A-Za-z_]+)*$/.test(value) && !isMixedLetters(value)) return false
  if (/^\/?[\w.-]+(?:\/[\w.-]+)+$/.test(value) && !/[A-Z].*\d|\d.*[A-Z]/.test(value)) return false
  if (/^\d+$/.test(value)) return value.length >= 8 && new Set(value).size >= 5
  const kinds = [/[a-z]/, /[A-Z]/, /\d/, /[^\w]/].filter((kind) => kind.test(value)).length
  if (kinds < 2 || new Set(value).size < 5) return false
  return /[\d\W]/.test(value) || isMixedLetters(value)
}

/** Letters alone are a password when capitals stand all over, not where words of an identifier begin. */
function isMixedLetters(value: string): boolean {
  if (!/^[A-Za-z]{12,}$/.test(value)) return false
  const capitals = (value.match(/[A-Z]/g) ?? []).length / value.length
  return capitals >= 0.3 && capitals <= 0.7
}
