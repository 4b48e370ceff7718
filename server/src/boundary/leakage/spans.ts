/**
 * Secrets and Japanese personal data in a text, as spans.
 *
 * A number is personal data only where its check digit or form holds *and* the words around it say what it is:
 * order numbers, corporate numbers, hashes and timestamps are not. Spec: docs/spec/leakage.md §2.
 */

import { normalise } from '../normal.ts'
import { isCardNumber, isDrivingLicence, isMyNumber } from './check-digits.ts'
import { secretSpans } from './secrets.ts'

export type LeakageType =
  | 'my_number'
  | 'drivers_license'
  | 'bank_account'
  | 'phone_jp'
  | 'passport_jp'
  | 'residence_card'
  | 'pension_number'
  | 'credit_card'
  | 'email'
  | 'address_jp'
  | 'name_jp'
  | 'private_key'
  | 'aws_key'
  | 'github_pat'
  | 'slack'
  | 'anthropic_key'
  | 'openai_key'
  | 'jwt'
  | 'cloud_key'
  | 'provider_token'
  | 'sekisho_token'
  | 'db_conn'
  | 'generic_password'

export interface LeakageSpan {
  readonly type: LeakageType
  /** UTF-16 code units. */
  readonly start: number
  readonly end: number
}

/** How far before a value the words that name it may stand. */
const CONTEXT_CHARS = 28

interface Rule {
  readonly type: LeakageType
  /** Group `value` is the span. */
  readonly pattern: RegExp
  readonly check?: (value: string) => boolean
  /** What must stand shortly before the value. */
  readonly before?: RegExp
  /** What may stand shortly after it instead. */
  readonly after?: RegExp
}

const digitsOf = (value: string): string => value.replace(/\D/g, '')
const TWELVE = /(?<![\d.-])(?<value>\d{4}([ -]?)\d{4}\2\d{4})(?![\d.]|-\d)/g

/** In order of precedence: a place belongs to the first rule that claims it. */
const RULES: readonly Rule[] = [
  {
    type: 'db_conn',
    pattern:
      /(?<value>\b[a-z][a-z0-9+]{1,20}:\/\/[^\s:@/"'<>]{1,64}:[^\s@/"'<>$%{}*]{3,128}@[^\s"'<>]{1,200})/gi,
  },
  {
    type: 'my_number',
    pattern: TWELVE,
    check: (value) => isMyNumber(digitsOf(value)),
    before: /マイナンバー|個人番号|my ?number|個番/i,
  },
  {
    type: 'drivers_license',
    pattern: /(?<!\d)(?<value>\d{12})(?!\d)/g,
    check: isDrivingLicence,
    before: /免許|licen[cs]e/i,
  },
  {
    type: 'credit_card',
    pattern: /(?<![\d.-])(?<value>\d(?:[ -]?\d){12,18})(?![\d.]|-\d)/g,
    check: (value) => isCardNumber(digitsOf(value)),
    before: /カード|card|クレジット|pan\b|visa|master|jcb|amex/i,
    after: /有効期限|exp|cvv/i,
  },
  {
    type: 'bank_account',
    pattern: /(?<![\d.-])(?<value>\d{7})(?![\d.]|-\d)/g,
    before: /口座|普通|当座|貯蓄|account (?:no|number)/i,
  },
  {
    type: 'passport_jp',
    pattern: /(?<![A-Za-z0-9])(?<value>[A-Z]{2}\d{7})(?![A-Za-z0-9])/g,
    before: /旅券|パスポート|passport/i,
  },
  {
    type: 'residence_card',
    pattern: /(?<![A-Za-z0-9])(?<value>[A-Z]{2}\d{8}[A-Z]{2})(?![A-Za-z0-9])/g,
    before: /在留/,
  },
  { type: 'pension_number', pattern: /(?<![\d-])(?<value>\d{4}-\d{6})(?![\d-])/g, before: /年金/ },
  {
    type: 'phone_jp',
    pattern: /(?<![\d.\w+-])(?<value>\+81[ -]?\(?0?\)?\d{1,4}[ -]?\d{1,4}[ -]?\d{4})(?![\d-])/g,
    check: (value) => /^81\d{9,11}$/.test(digitsOf(value)),
  },
  {
    type: 'phone_jp',
    pattern: /(?<![\d.\w+-])(?<value>0\d{1,4}[-(]\d{1,4}[-)]\d{4})(?![\d-])/g,
    check: isSubscriber,
  },
  {
    type: 'phone_jp',
    pattern: /(?<![\d.\w+-])(?<value>0[5789]0\d{8})(?![\d-])/g,
    before: /連絡|電話|携帯|tel|phone|番号|☎/i,
    after: /まで|へ(?:ご)?連絡|に電話/,
  },
  {
    type: 'phone_jp',
    pattern: /(?<![\d.\w+-])(?<value>0[1-9]\d{8})(?![\d-])/g,
    before: /連絡|電話|tel|phone|fax/i,
  },
  {
    type: 'email',
    pattern:
      /(?<![\w.%+-])(?<value>[\w%+-][\w.%+-]{0,63}@(?:[a-zA-Z0-9-]{1,63}\.){1,6}[a-zA-Z]{2,24})(?![\w@])/g,
    check: (value) => !/^git@/.test(value),
  },
  {
    type: 'address_jp',
    pattern:
      /(?<value>(?:東京都|北海道|(?:京都|大阪)府|[一-龠]{2,3}県)[一-龠ぁ-んァ-ヶー々〆ヵヶ]{1,14}?[市区町村郡][一-龠ぁ-んァ-ヶー々ヵヶ]{0,20}?(?:\d{1,4}(?:[-−‐ー]\d{1,4}){1,3}|[\d一二三四五六七八九十]{1,3}丁目(?:\d{1,4}(?:[-−‐ー番]\d{1,4})*(?:番地?|号)?)*|\d{1,4}番地?(?:の?\d{1,4}号?)?))/g,
  },
  {
    type: 'name_jp',
    pattern:
      /(?:氏名|お名前|名義人|口座名義|申込者|被保険者|患者名)(?:\(漢字\)|\(カナ\))?[:\s]{1,3}(?<value>[一-龠々]{1,4}[ ]?[一-龠々ぁ-んァ-ヶー]{1,5}|[ァ-ヶー]{2,6}[ ][ァ-ヶー]{2,6})(?=[\s、。,様殿さ(]|$)/gm,
  },
  {
    type: 'generic_password',
    pattern:
      /(?:password|passwd|\bpwd|passphrase|パスワード|暗証|secret(?:_?key)?|api[_-]?key|access[_-]?token|auth[_-]?token)["']?\s?(?:[:=]|は|is)\s?["'`「]?(?<value>(?![^ -~]|["'`,;])[!#-&(-+.-:<-_a-~-]{8,128})/gi,
    check: isPasswordLike,
  },
]

/** Names of secret formats, as types of leakage. */
const TYPE_OF_FORMAT: Readonly<Record<string, LeakageType>> = {
  aws_access_key: 'aws_key',
  aws_secret_key: 'aws_key',
  github_token: 'github_pat',
  slack_token: 'slack',
  slack_webhook: 'slack',
  anthropic_key: 'anthropic_key',
  openai_key: 'openai_key',
}

/** Every secret and piece of personal data in `text`, in order and without overlaps. Pure. */
export function leakageSpans(text: string): LeakageSpan[] {
  const normal = normalise(text)
  const claimed: LeakageSpan[] = secretSpans(normal.text).map(({ name, type, start, end }) => ({
    type: TYPE_OF_FORMAT[name] ?? (type === 'canary' ? 'provider_token' : type),
    start: type === 'private_key' ? start : valueStart(normal.text, name, start),
    end: type === 'private_key' ? pemEnd(normal.text, end) : end,
  }))
  for (const rule of RULES) {
    for (const hit of normal.text.matchAll(rule.pattern)) {
      const value = hit.groups?.value ?? ''
      const start = hit.index + hit[0].lastIndexOf(value)
      const end = start + value.length
      if (!isNamed(rule, normal.text, start, end) || rule.check?.(value) === false) continue
      if (claimed.some((span) => start < span.end && end > span.start)) continue
      claimed.push({ type: rule.type, start, end })
    }
  }
  return claimed
    .map(({ type, start, end }) => ({ type, start: normal.at(start), end: normal.at(end - 1) + 1 }))
    .sort((a, b) => a.start - b.start)
}

function isNamed({ before, after }: Rule, text: string, start: number, end: number): boolean {
  if (before === undefined) return true
  const line = text.slice(Math.max(0, start - CONTEXT_CHARS), start)
  // Words of the line before say nothing about a value in this one, unless the line begins with the value.
  const near = line.slice(line.trimEnd().lastIndexOf('\n') + 1)
  return before.test(near) || (after?.test(text.slice(end, end + 12)) ?? false)
}

/** `aws_secret_access_key=` is the name, not the secret. */
function valueStart(text: string, name: string, start: number): number {
  if (name !== 'aws_secret_key') return start
  return start + (/^[a-z_]+[ "':=]+/i.exec(text.slice(start, start + 40))?.[0].length ?? 0)
}

/** The key's last line belongs to it. */
function pemEnd(text: string, end: number): number {
  const tail = /^[\s\S]{0,8192}?-----END [A-Z0-9 ]{0,40}-----/.exec(text.slice(end, end + 8250))
  return tail !== null && !tail[0].includes('-----BEGIN') ? end + tail[0].length : end
}

/** Ten digits, or eleven for mobile and IP lines; free-phone and premium lines belong to companies. */
function isSubscriber(value: string): boolean {
  const digits = digitsOf(value)
  if (/^0(?:120|800|570|990)/.test(digits)) return false
  return /^0[5789]0/.test(digits) ? digits.length === 11 : digits.length === 10
}

/** A literal password: mixed characters, and no expression that fetches one. */
function isPasswordLike(value: string): boolean {
  if (
    /[()[\]{}<>$]|^\*+$|^x+$|environ|process\.env|getenv|example|changeme|placeholder|redacted|^https?:/i.test(
      value,
    )
  )
    return false
  const kinds = [/[a-z]/, /[A-Z]/, /\d/, /[^\w]/].filter((kind) => kind.test(value)).length
  if (kinds < 2 || new Set(value).size < 6) return false
  // Letters alone are a password when capitals stand all over, not where words of an identifier begin.
  const capitals = (value.match(/[A-Z]/g) ?? []).length / value.length
  return /[\d\W_]/.test(value) || (value.length >= 12 && capitals >= 0.3 && capitals <= 0.7)
}
