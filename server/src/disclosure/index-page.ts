/**
 * The readable index of an evidence pack, in English and in Japanese.
 *
 * Spec: docs/spec/evidence-pack.md §10. A convenience, never evidence: the verifier does not believe it.
 * HOSTILE: every value. People read these pages on their own machines, so all text is escaped, what turns text around or
 * hides it is made visible, and the page may load nothing and run nothing.
 */
import {
  canonicalize,
  type EntryRun,
  type FieldName,
  type JsonValue,
  type Manifest,
  type PackOrder,
  receiptFile,
} from 'sekisho-verify'
import type { Agreement, DisclosureProfile } from '../agreement/index.ts'
import type { Fate } from './fate.ts'

export interface IndexPage {
  readonly manifest: Manifest
  readonly order: PackOrder
  readonly profile: DisclosureProfile
  readonly agreement: Agreement
  readonly fates: readonly Fate[]
  readonly shown: ReadonlyMap<number, Readonly<Record<FieldName, JsonValue>>>
  readonly note: string
}

type Language = 'en' | 'ja'
type Words = Readonly<Record<Language, string>>

/** Longest value shown; the receipt has it whole. */
const VALUE_MAX = 2000

const WORDS = {
  title: { en: 'Evidence pack', ja: '証拠パック' },
  notEvidence: {
    en: 'This page is for reading. What counts is what `sekisho-verify pack` leads back to the signed checkpoint.',
    ja: 'このページは閲覧用です。証拠となるのは、`sekisho-verify pack` が署名付きチェックポイントまで検証した内容です。',
  },
  profile: { en: 'Profile', ja: '開示区分' },
  order: { en: 'Ordered by entry', ja: '開示指示の台帳記録' },
  institution: { en: 'Institution', ja: '参加機関' },
  any: { en: 'any', ja: '指定なし' },
  span: { en: 'Span', ja: '対象範囲' },
  entries: { en: 'entries', ja: '件' },
  agreement: { en: 'Agreement', ja: '利用取決め' },
  fields: { en: 'Slots shown', ja: '開示する項目' },
  kept: { en: 'Slots ordered and kept back', ja: '指示されたが開示しない項目' },
  content: { en: 'Content', ja: '内容' },
  yes: { en: 'shown', ja: '開示する' },
  no: { en: 'kept back', ja: '開示しない' },
  sample: { en: 'Sample drawn by the examiner’s seed', ja: '検査者のシードによる抽出' },
  none: { en: 'none', ja: 'なし' },
  made: { en: 'Made', ja: '作成日時' },
  fate: { en: 'What became of each entry', ja: '各台帳記録の扱い' },
  checkpoint: { en: 'Checkpoint', ja: 'チェックポイント' },
  entry: { en: 'Entry', ja: '台帳記録' },
} as const satisfies Readonly<Record<string, Words>>

const FATES: Readonly<Record<string, Words>> = {
  shown: { en: 'shown', ja: '開示' },
  statement: { en: 'a signed statement, public', ja: '署名付き記録(公開)' },
  'unavailable destroyed': { en: 'unavailable: destroyed as stated', ja: '利用不可(破棄済み)' },
  'unavailable key_not_held': {
    en: 'unavailable here: its key is with the institution and the custodians',
    ja: '利用不可(鍵は参加機関と鍵保管者が保有)',
  },
  'withheld label': { en: 'kept back: labelled above this profile', ja: '非開示(区分を超える表示)' },
  'withheld not_chosen': { en: 'not chosen', ja: '対象外(選択・抽出されていない)' },
  'withheld out_of_scope': { en: 'of nobody this order is about', ja: '対象外(指示の範囲外)' },
}

export function renderIndex(page: IndexPage, language: Language): string {
  const { manifest, order, profile, agreement } = page
  const word = (name: keyof typeof WORDS): string => escapeText(WORDS[name][language])
  const rows: [string, string][] = [
    [word('profile'), escapeText(`${profile.name[language]} (${profile.id})`)],
    [word('order'), String(manifest.order)],
    [word('institution'), order.institution === null ? word('any') : escapeText(order.institution)],
    [
      word('span'),
      `${manifest.span.from}–${manifest.span.to - 1} (${manifest.span.to - manifest.span.from} ${word('entries')})`,
    ],
    [
      word('agreement'),
      escapeText(`${agreement.title[language]}, ${agreement.id} v${agreement.version}, ${agreement.digest}`),
    ],
    [word('fields'), escapeText(manifest.fields.shown.join(', ')) || word('none')],
    [word('kept'), escapeText(manifest.fields.withheld.join(', ')) || word('none')],
    [word('content'), manifest.content ? word('yes') : word('no')],
    [word('sample'), manifest.sample?.join(', ') ?? word('none')],
    [word('made'), new Date(manifest.madeAtMs).toISOString()],
  ]
  return `<!doctype html>
<html lang="${language}"><head><meta charset="utf-8">
<meta http-equiv="content-security-policy" content="default-src 'none'; style-src 'unsafe-inline'">
<title>${word('title')}</title><style>body{font:16px/1.6 sans-serif;max-width:60rem;margin:2rem auto;padding:0 1rem}
table{border-collapse:collapse}td,th{border:1px solid #767676;padding:.2rem .6rem;text-align:left;vertical-align:top}
pre{white-space:pre-wrap;overflow-wrap:anywhere}</style></head><body>
<h1>${word('title')}</h1><p>${word('notEvidence')}</p>
<table>${rows.map(([name, value]) => `<tr><th scope="row">${name}</th><td>${value}</td></tr>`).join('\n')}</table>
<h2>${word('fate')}</h2>
<ul>${manifest.entries.map((run) => `<li>${fateLine(run, language)}</li>`).join('\n')}</ul>
${[...page.shown].map(([index, fields]) => entrySection(index, fields, manifest, word('entry'))).join('\n')}
<h2>${word('checkpoint')}</h2><pre>${escapeText(page.note)}</pre>
</body></html>
`
}

function fateLine({ from, to, state, reason }: EntryRun, language: Language): string {
  const words = FATES[reason === null ? state : `${state} ${reason}`]
  return `${to - from === 1 ? from : `${from}–${to - 1}`}: ${escapeText(words?.[language] ?? state)}`
}

function entrySection(
  index: number,
  fields: Readonly<Record<FieldName, JsonValue>>,
  { fields: { shown } }: Manifest,
  heading: string,
): string {
  const rows = shown.map((name) => {
    const text = canonicalize(fields[name])
    const cut = text.length > VALUE_MAX ? `${text.slice(0, VALUE_MAX)} …` : text
    return `<tr><th scope="row">${name}</th><td><pre>${escapeText(cut)}</pre></td></tr>`
  })
  return `<h2>${heading} ${index}</h2><p><a href="${receiptFile(index)}">${receiptFile(index)}</a></p><table>${rows.join('\n')}</table>`
}

const ESCAPES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
}
/** Controls but line breaks, formats (direction, zero width), private and unassigned characters. */
const UNSEEN = /(?!\n)[\p{C}\p{Zl}\p{Zp}]/gu

/** Text for HTML, with what would not be seen written out. */
export function escapeText(text: string): string {
  return text
    .replace(UNSEEN, (character) => `\\u{${character.codePointAt(0)?.toString(16)}}`)
    .replace(/[&<>"']/g, (character) => ESCAPES[character] ?? '')
}
