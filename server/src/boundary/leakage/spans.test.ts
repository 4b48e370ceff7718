/** Leakage: check digits with context, full-width digits, and the look-alikes that are left alone. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { isCardNumber, isCorporateNumber, isDrivingLicence, isMyNumber } from './check-digits.ts'
import { leakageSpans } from './spans.ts'

/** The last digit that makes `head` valid. */
const complete = (head: string, valid: (digits: string) => boolean, tail = ''): string => {
  for (let digit = 0; digit <= 9; digit++)
    if (valid(`${head}${digit}${tail}`)) return `${head}${digit}${tail}`
  throw new Error('no digit completes it')
}
const MY_NUMBER = complete('98765432101', isMyNumber)
const LICENCE = complete('3012345678', isDrivingLicence, '0')
const CARD = complete('424242424242424', isCardNumber)
const found = (text: string) =>
  leakageSpans(text).map(({ type, start, end }) => [type, text.slice(start, end)])
const wide = (text: string) =>
  text.replace(/\d/g, (digit) => String.fromCharCode(digit.charCodeAt(0) + 0xfee0))

const POSITIVE: readonly (readonly [string, string, string])[] = [
  [`マイナンバー: ${MY_NUMBER}`, 'my_number', MY_NUMBER],
  [`個人番号（${wide(MY_NUMBER)}）を確認`, 'my_number', wide(MY_NUMBER)],
  [`運転免許証番号 第${LICENCE}号`, 'drivers_license', LICENCE],
  [`カード番号 ${CARD}`, 'credit_card', CARD],
  ['みずほ銀行 丸の内支店(286) 普通 5203708', 'bank_account', '5203708'],
  ['旅券番号 TR4241770', 'passport_jp', 'TR4241770'],
  ['連絡先は090-1234-5678まで', 'phone_jp', '090-1234-5678'],
  ['連絡先は08071720193まで', 'phone_jp', '08071720193'],
  ['〒100-0005 東京都千代田区丸の内2-7-1', 'address_jp', '東京都千代田区丸の内2-7-1'],
  ['氏名：関所 太郎 様', 'name_jp', '関所 太郎'],
  ['メールは taro@example.co.jp へ', 'email', 'taro@example.co.jp'],
  [
    'DATABASE_URL=postgres://app:eki7zV2fX@db.internal:5432/core',
    'db_conn',
    'postgres://app:eki7zV2fX@db.internal:5432/core',
  ],
  ['password = "Rd7ixrzQRSAi5IIP"', 'generic_password', 'Rd7ixrzQRSAi5IIP'],
]

const NEGATIVE: readonly string[] = [
  `注文番号 ${MY_NUMBER} の配送状況`,
  `マイナンバー: ${MY_NUMBER.slice(0, 11)}${(Number(MY_NUMBER[11]) + 1) % 10}`,
  '法人番号 5522259321514 は公開情報です',
  'トランザクションID 5674085970781',
  'password = os.environ["DB_PASSWORD"]',
  'パスワードは8文字以上にしてください',
  'IP 203.0.113.115 からの通信',
  'AKIA で始まる文字列を検知するルールを書いて',
  '東京都の人口は1400万人です',
  'お問い合わせは0120-123-456へ',
  'git@github.com:acme/app.git',
  '2026-11-22T10:03:00Z EventID=4624 LogonType=3 SrcPort=21605',
  '売上 136,317,074 円',
]

test('values with their form, check digit and context are found exactly', () => {
  for (const [text, type, value] of POSITIVE) assert.deepEqual(found(text), [[type, value]], text)
})

test('folding maps back exactly: ligatures, half-width kana, invisible characters, surrogates', () => {
  const split = MY_NUMBER.replace(/(?=....$)/, '\u200b')
  for (const [text, value] of [
    [`㍿ｶﾞ😀 マイナンバー：${wide(MY_NUMBER)}㍿`, wide(MY_NUMBER)],
    [`ﬀ 個人番号 ${split}。`, split],
    [`ﾏｲﾅﾝﾊﾞｰ ${MY_NUMBER}`, MY_NUMBER],
    [`{"\\u500b\\u4eba\\u756a\\u53f7":"${MY_NUMBER}"}`, MY_NUMBER],
    [`q=${encodeURIComponent('個人番号:')}${MY_NUMBER}`, MY_NUMBER],
  ] as const)
    assert.deepEqual(found(text), [['my_number', value]], text)
})

test('what is encoded is opened, and the run is the span', () => {
  const run = Buffer.from(`氏名不明 個人番号: ${MY_NUMBER}`).toString('base64')
  assert.deepEqual(found(`添付: ${run} 以上`), [['my_number', run]])
})

test('the nearest word says what a number is; a list and a column need one word', () => {
  const other = complete('12345678901', isMyNumber)
  assert.deepEqual(found(`マイナンバー制度の件、受付番号 ${MY_NUMBER}`), [])
  assert.deepEqual(found(`マイナンバー: ${MY_NUMBER}、${other}`).length, 2)
  assert.deepEqual(found(`区分,個人番号,備考\n新,${MY_NUMBER},\n旧,${other},\n`).length, 2)
})

test('check digits of corporate numbers: the National Tax Agency own number holds', () => {
  assert.ok(isCorporateNumber('7000012050002'))
  assert.ok(!isCorporateNumber('7000012050003'))
})

test('look-alikes are left alone', () => {
  for (const text of NEGATIVE) assert.deepEqual(found(text), [], text)
})

test('any single changed digit of a My Number is no My Number', () => {
  // The check digit 0 stands for two remainders, so one substitution in eleven may pass; this number has none.
  let passed = 0
  for (let at = 0; at < 12; at++) {
    for (let digit = 0; digit <= 9; digit++) {
      const changed = MY_NUMBER.slice(0, at) + digit + MY_NUMBER.slice(at + 1)
      if (changed !== MY_NUMBER && isMyNumber(changed)) passed++
    }
  }
  assert.ok(passed <= 10, `${passed} of 108`)
})

test('spans are in order, apart, and inside the text', () => {
  const bits = fc.constantFrom(
    '電話',
    '03-1234-5678',
    'マイナンバー',
    MY_NUMBER,
    '口座',
    '1234567',
    '東京都千代田区1-2',
    '\u200b',
    'ｶﾞ',
  )
  fc.assert(
    fc.property(fc.array(fc.oneof(bits, fc.string({ unit: 'binary' })), { maxLength: 20 }), (parts) => {
      const text = parts.join('')
      let last = 0
      for (const { start, end } of leakageSpans(text)) {
        assert.ok(start >= last && end > start && end <= text.length)
        last = end
      }
    }),
    { numRuns: 300 },
  )
})
