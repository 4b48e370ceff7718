/**
 * Addresses, names and mail addresses of people. Spec: docs/spec/leakage.md §2.5. HOSTILE: bounded repetitions.
 */
import type { LeakageSpan } from './leakage-type.ts'

const EMAIL_LOCAL = /(?<![\w.%+/-])[\w%+-][\w.%+-]{0,63}$/
const EMAIL_HOST = /^(?:@| ?[[(]at[\])] ?)(?:[a-zA-Z0-9-]{1,63}\.){1,6}[a-zA-Z]{2,24}(?![\w@])/
const AT = /@| ?[[(]at[\])]/g
/** `icon@2x.png`, `git@host`, `react@18.2.0-beta.rc`. */
const NO_EMAIL =
  /^git@|@\d+(?:\.\d+)+|\.(?:png|jpe?g|gif|svg|webp|js|ts|tsx|css|json|md|txt|html|ya?ml|service|timer|socket)$/i
const PREFECTURES =
  '(?:北海道|東京都|(?:京都|大阪)府|(?:青森|岩手|宮城|秋田|山形|福島|茨城|栃木|群馬|埼玉|千葉|神奈川|新潟|富山|石川|福井|山梨|長野|岐阜|静岡|愛知|三重|滋賀|兵庫|奈良|和歌山|鳥取|島根|岡山|広島|山口|徳島|香川|愛媛|高知|福岡|佐賀|長崎|熊本|大分|宮崎|鹿児島|沖縄)県)'
const PLACE = '[一-鿿々〆ヵヶぁ-んァ-ヶー]'
const NUMBER = '[\\d一二三四五六七八九十百〇]'
const BLOCK = `(?:${NUMBER}{1,4}丁目[ 　]?(?:${NUMBER}{1,4}(?:番地?)?(?:[-−‐ーの]?${NUMBER}{1,4}(?:号(?:室)?)?)*)?|\\d{1,4}(?:[-−‐ーの]\\d{1,4}){1,4}(?:号(?:室)?)?|${NUMBER}{1,4}番地?(?:[のの-]?${NUMBER}{1,4}号?)?)`
const STREET = `[ 　]?(?:${PLACE}{1,16}?[ 　]?)??${BLOCK}`
const ADDRESS = new RegExp(`${PREFECTURES}[ 　]?${PLACE}{1,14}?[市区町村郡]${STREET}`, 'g')
/** Without a prefecture, after a word that announces an address. */
const ANNOUNCED = new RegExp(
  `(?:住所|所在地|居所|本籍|〒\\s?\\d{3}-?\\d{4})[:\\s(はが"'、,]{0,4}(?<v>${PLACE}{1,8}?[市区]${STREET})`,
  'g',
)
/** Particles after which a number is no block: `千代田区で2026-11-22に`. */
const NO_ADDRESS = /[でにをがとも]\d|\d{4}-\d{1,2}-\d{1,2}$|\d{4}年/
const LATIN_ADDRESS =
  /\b\d{1,4}(?:-\d{1,4}){1,3},? (?:[A-Z][a-z'-]+,? ){1,4}?[A-Z][a-z]+-(?:ku|shi|cho|machi|gun|son)\b(?:, ?[A-Z][a-z]+(?:-(?:to|fu|ken|shi))?)?/g

const SURNAMES =
  '佐藤|鈴木|高橋|田中|伊藤|渡辺|渡邊|渡部|山本|中村|小林|加藤|吉田|山田|佐々木|山口|松本|井上|木村|林|斎藤|齋藤|斉藤|清水|山崎|森|池田|橋本|阿部|石川|山下|中島|石井|小川|前田|岡田|長谷川|藤田|後藤|近藤|村上|遠藤|青木|坂本|福田|太田|西村|藤井|岡本|藤原|金子|三浦|中野|中川|原田|松田|竹内|小野|田村|中山|和田|石田|森田|上田|原|内田|柴田|酒井|宮崎|横山|高木|安藤|宮本|大野|小島|工藤|谷口|今井|高田|丸山|増田|杉山|村田|大塚|新井|平野|菅原|武田|上野|千葉|松井|野口|木下|久保|佐野|菊地|菊池|野村|松尾|市川|杉本|古川|大西|島田|水野|桜井|高野|吉川|山内|西田|飯田|西川|小松|北村|安田|五十嵐|川口|平田|関|中田|久保田|服部|東|岩崎|土屋|川崎|福島|本田|辻|樋口|秋山|田口|永井|山中|中西|吉村|川上|大島|関所'
const NAME_WORD =
  '(?:氏名|お名前|ご芳名|(?:口座)?名義人?|申込者|契約者|被保険者|受取人|依頼人|振込人|患者|顧客|従業員|職員|受信者|full[_ ]?name|customer[_ ]?name)(?:名|氏名)?(?:\\((?:漢字|カナ|フリガナ)\\))?'
const NAMED = new RegExp(
  `${NAME_WORD}["'】\\]]?(?:[:=\\s,、は】\\](]{1,3}|\\sis\\s)["'「]?(?<v>[一-鿿々]{1,4}[ 　]?(?:[一-鿿々ァ-ヶー]{1,5}|[ぁ-ん]{2,5}?)|[ァ-ヶー]{2,6}[ 　][ァ-ヶー]{2,6})(?=[\\s、。,様殿さ()"'」|で]|$)`,
  'gm',
)
const KNOWN = new RegExp(
  `(?:(?:名前|name)["']?[:=\\s]{1,3}["'「]?|担当(?:者)?[::は]\\s?)(?<v>(?:${SURNAMES})[ 　]?[一-鿿々]{1,3})(?=[\\s、。,様殿さ("'」|]|$)`,
  'gm',
)
/** Words over a column of names, and what a cell of it looks like. */
export const NAME_HEAD = new RegExp(`^[\\s"']*(?:${NAME_WORD}|名前|担当者)[\\s"']*$`)
export const NAME_CELL = new RegExp(
  `^(?:(?:${SURNAMES})[ 　]?[一-鿿々ぁ-ん]{1,3}|[一-鿿々]{1,3}[ 　][一-鿿々ぁ-ん]{1,3})$`,
)
/** Said after a name; the name is looked for before it. */
const HONORIFIC = / ?(?:様|さん|殿|氏)(?![一-鿿])/g
const BEFORE_HONORIFIC = new RegExp(`(?<![一-鿿])(?:${SURNAMES})[ 　][一-鿿々ぁ-ん]{1,3}$`)
/** What a label of a name is followed by when no name follows. */
const NO_NAME =
  /^(?:備考|区分|住所|電話|メール|番号|年齢|性別|生年|会社|部署|役職|金額|口座|種別|内容|状態|不明|不詳|未定|未記入|必須|任意|非公開|匿名|該当|項目|入力|記入|欄|一覧|情報|変更|確認|漢字)/

/** People's data in `text`, in no order. */
export function personSpans(text: string): LeakageSpan[] {
  const spans: LeakageSpan[] = []
  emailSpans(text, spans)
  if (!BEYOND_LATIN.test(text)) {
    if (/-(?:ku|shi|cho|machi|gun|son)\b/.test(text)) whole(text, LATIN_ADDRESS, spans)
    return spans
  }
  whole(text, ADDRESS, spans)
  if (/住所|所在地|居所|本籍|〒/.test(text)) values(text, ANNOUNCED, 'address_jp', spans)
  values(text, NAMED, 'name_jp', spans)
  values(text, KNOWN, 'name_jp', spans)
  for (const hit of text.matchAll(HONORIFIC)) {
    const name = BEFORE_HONORIFIC.exec(text.slice(Math.max(0, hit.index - 10), hit.index))
    if (name !== null) spans.push({ type: 'name_jp', start: hit.index - name[0].length, end: hit.index })
  }
  return spans
}

const BEYOND_LATIN = /[\u3041-\u9fff]/

/** From each `@` outwards: most texts have none. */
function emailSpans(text: string, spans: LeakageSpan[]): void {
  AT.lastIndex = 0
  for (let hit = AT.exec(text); hit !== null; hit = AT.exec(text)) {
    const local = EMAIL_LOCAL.exec(text.slice(Math.max(0, hit.index - 66), hit.index))
    const host = local === null ? null : EMAIL_HOST.exec(text.slice(hit.index, hit.index + 320))
    if (local === null || host === null) continue
    const start = hit.index - local[0].length
    const before = text.slice(Math.max(0, start - 14), start)
    if (NO_EMAIL.test(local[0] + host[0]) || /:\/\/$|message-id:\s?<$/i.test(before)) continue
    spans.push({ type: 'email', start, end: hit.index + host[0].length })
  }
}

function whole(text: string, pattern: RegExp, spans: LeakageSpan[]): void {
  for (const hit of text.matchAll(pattern))
    if (!NO_ADDRESS.test(hit[0]))
      spans.push({ type: 'address_jp', start: hit.index, end: hit.index + hit[0].length })
}

function values(text: string, pattern: RegExp, type: 'address_jp' | 'name_jp', spans: LeakageSpan[]): void {
  for (const hit of text.matchAll(pattern)) {
    const value = hit.groups?.v ?? ''
    if ((type === 'name_jp' ? NO_NAME : NO_ADDRESS).test(value)) continue
    const start = hit.index + hit[0].lastIndexOf(value)
    spans.push({ type, start, end: start + value.length })
  }
}
