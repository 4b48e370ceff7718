/**
 * The articles of the document: headings, prose in both languages, fences.
 *
 * What a reader sees must be what the machine enforces: HTML (which could hide a clause from a rendered page), fences
 * of any other kind and clauses outside an article are refused.
 * Spec: docs/spec/agreement.md §4.
 */
import type { Assumption, Bilingual } from './agreement.ts'
import type { ClauseFence } from './clause.ts'
import { AgreementError, type AgreementErrorCode } from './error.ts'

/** LIMIT: articles of one document. */
const ARTICLES_MAX = 99
const HEADING = /^## Article ([1-9]\d?)\. (\S.*\S) · 第([1-9]\d?)条 (\S.*)$/
const ANNEX = /^## Annex [A-Z]\. \S/
const STATUS = new Map([
  ['*Normative · 規範*', true],
  ['*Informative · 参考*', false],
])
/** Markup that could show a reader something else than what is parsed. */
const HTML = /<[!/?a-zA-Z]/
const FENCE = /^\s*(?:`{3,}|~{3,})/

export interface RawArticle {
  readonly id: string
  readonly title: Bilingual
  readonly prose: Bilingual
  readonly normative: boolean
  readonly fences: readonly ClauseFence[]
  readonly assumptions: readonly Assumption[]
  readonly line: number
}

interface Line {
  readonly text: string
  /** 1-based, in the document. */
  readonly number: number
}

type Fail = (code: AgreementErrorCode, line: number, message: string) => never

/**
 * Reads everything after the front matter.
 *
 * @param firstLine 1-based line of the document on which `text` begins
 * @throws {AgreementError} `agreement_article_*`, `agreement_fence_*`, `agreement_language_missing`
 */
export function readArticles(text: string, file: string, firstLine: number): RawArticle[] {
  const fail: Fail = (code, line, message) => {
    throw new AgreementError(code, file, line, message)
  }
  const lines = text.split('\n').map((line, position) => ({ text: line, number: firstLine + position }))
  const articles: RawArticle[] = []
  for (const section of splitSections(lines, fail)) {
    const [heading, ...body] = section
    const article = heading === undefined ? null : readHeading(heading, fail)
    if (article === null) {
      refuseFences(section, fail)
      continue
    }
    if (article.id !== String(articles.length + 1) || articles.length === ARTICLES_MAX) {
      fail(
        'agreement_article_order',
        article.line,
        `article ${article.id} where ${articles.length + 1} is due`,
      )
    }
    articles.push({ ...article, ...readBody(article.id, article.line, body, fail) })
  }
  return articles
}

/** Sections begin at `## `; the first one is the preamble. */
function splitSections(lines: readonly Line[], fail: Fail): Line[][] {
  const sections: Line[][] = [[]]
  let inFence = false
  for (const line of lines) {
    if (FENCE.test(line.text)) inFence = !inFence
    else if (!inFence && HTML.test(line.text)) {
      fail('agreement_article_malformed', line.number, 'HTML is not read: it could hide text from a reader')
    }
    if (!inFence && line.text.startsWith('## ')) sections.push([line])
    else sections.at(-1)?.push(line)
  }
  return sections
}

function readHeading(line: Line, fail: Fail): Pick<RawArticle, 'id' | 'title' | 'line'> | null {
  if (!line.text.startsWith('## ') || ANNEX.test(line.text)) return null
  const match = HEADING.exec(line.text)
  if (match === null || match[1] !== match[3]) {
    return fail(
      'agreement_article_malformed',
      line.number,
      'write `## Article 1. Title · 第1条 題` or `## Annex A. …`',
    )
  }
  // The expression has four groups, all of them mandatory.
  return { id: match[1]!, title: { en: match[2]!, ja: match[4]!.trim() }, line: line.number }
}

function refuseFences(section: readonly Line[], fail: Fail): void {
  const fence = section.find((line) => FENCE.test(line.text))
  if (fence !== undefined)
    fail('agreement_fence_unknown', fence.number, 'a fence outside an article would not bind')
}

function readBody(
  id: string,
  headingLine: number,
  lines: readonly Line[],
  fail: Fail,
): Pick<RawArticle, 'prose' | 'normative' | 'fences' | 'assumptions'> {
  const { prose: proseLines, fences } = splitFences(lines, fail)
  const status = proseLines.find((line) => line.text.trim() !== '')
  const normative = STATUS.get(status?.text ?? '')
  if (status === undefined || normative === undefined) {
    return fail(
      'agreement_article_malformed',
      status?.number ?? headingLine,
      `say ${[...STATUS.keys()].join(' or ')}`,
    )
  }
  const prose = readProse(id, headingLine, proseLines.slice(proseLines.indexOf(status) + 1), fail)
  if (normative && fences.length === 0) {
    fail('agreement_article_without_clause', headingLine, `article ${id} is normative and has no clause`)
  }
  if (!normative && fences.length > 0) {
    fail(
      'agreement_article_not_normative',
      fences[0]?.line ?? headingLine,
      `article ${id} is informative and has a clause`,
    )
  }
  return { prose, normative, fences, assumptions: readAssumptions(id, headingLine, prose, fail) }
}

function splitFences(lines: readonly Line[], fail: Fail): { prose: Line[]; fences: ClauseFence[] } {
  const prose: Line[] = []
  const fences: ClauseFence[] = []
  let open: Line[] | null = null
  for (const line of lines) {
    if (open !== null) {
      if (line.text === '```') {
        fences.push({ text: open.map(({ text }) => text).join('\n'), line: open[0]?.number ?? line.number })
        open = null
      } else if (FENCE.test(line.text))
        fail('agreement_fence_unclosed', line.number, 'a fence inside a fence')
      else open.push(line)
    } else if (line.text === '```cedar') open = []
    else if (FENCE.test(line.text))
      fail('agreement_fence_unknown', line.number, 'only ```cedar fences are read')
    else if (fences.length > 0 && line.text.trim() !== '') {
      fail('agreement_article_malformed', line.number, 'prose stands before the clauses')
    } else prose.push(line)
  }
  if (open !== null) fail('agreement_fence_unclosed', lines.at(-1)?.number ?? 1, 'the fence is not closed')
  return { prose, fences }
}

function readProse(id: string, headingLine: number, lines: readonly Line[], fail: Fail): Bilingual {
  const texts = lines.map(({ text }) => text)
  const en = texts.indexOf('### English')
  const ja = texts.indexOf('### 日本語')
  const stray = lines.find(({ text }) => /^#/.test(text) && text !== '### English' && text !== '### 日本語')
  if (stray !== undefined) fail('agreement_article_malformed', stray.number, 'unexpected heading')
  const prose = { en: between(texts, en, ja), ja: between(texts, ja, texts.length) }
  if (en < 0 || ja < en || prose.en === '' || prose.ja === '') {
    fail(
      'agreement_language_missing',
      headingLine,
      `article ${id} needs \`### English\`, then \`### 日本語\``,
    )
  }
  return prose
}

function between(texts: readonly string[], from: number, to: number): string {
  return texts
    .slice(from + 1, to)
    .join('\n')
    .trim()
}

/** Paragraphs that begin with `Assumption.` and `仮定。` are ours; both languages must mark equally many. */
function readAssumptions(id: string, line: number, prose: Bilingual, fail: Fail): Assumption[] {
  const marked = (text: string, mark: string): string[] =>
    text.split(/\n\s*\n/).filter((paragraph) => paragraph.startsWith(mark))
  const en = marked(prose.en, 'Assumption.')
  const ja = marked(prose.ja, '仮定。')
  if (en.length !== ja.length) {
    fail(
      'agreement_language_missing',
      line,
      `article ${id} marks ${en.length} assumptions in English, ${ja.length} in Japanese`,
    )
  }
  return en.map((text) => ({ where: `article ${id}`, text: text.slice('Assumption.'.length).trim() }))
}
