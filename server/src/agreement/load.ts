/**
 * Loads an agreement document: bytes in, one frozen value out, or the first defect with its line.
 *
 * HOSTILE input: whoever proposes an amendment writes this file. Size is bounded, characters that show a reader
 * something else than what is parsed (bidirectional controls, invisible characters) are refused.
 * Spec: docs/spec/agreement.md.
 */
import { createHash } from 'node:crypto'
import type { Agreement, Article, Clause } from './agreement.ts'
import { type RawArticle, readArticles } from './articles.ts'
import { readClause } from './clause.ts'
import { AgreementError, type AgreementErrorCode } from './error.ts'
import { type FrontMatter, readFrontMatter } from './front-matter.ts'
import { CEDAR_SCHEMA, validateClauses } from './schema.ts'

/** LIMIT: bytes of one document. */
const DOCUMENT_BYTES_MAX = 1024 * 1024
/** LIMIT: clauses of one document; deciding cost grows with them. */
const CLAUSES_MAX = 300
/** Controls other than line feed, and characters that reorder or hide text. */
const FORBIDDEN_CHARACTER =
  // biome-ignore lint/suspicious/noControlCharactersInRegex: refusing them is the point
  /[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u00ad\u061c\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff0-\ufffb]|[\u{e0000}-\u{e007f}]/u

/**
 * @param text the document's bytes, or its text (then taken as UTF-8)
 * @param file name used in errors
 * @throws {AgreementError} with file, line and code
 */
export function loadAgreement(text: string | Uint8Array, file: string): Agreement {
  const bytes = typeof text === 'string' ? Buffer.from(text) : Buffer.from(text)
  const documentText = decode(bytes, file)
  const { frontText, body, bodyLine } = splitFrontMatter(documentText, file)
  const front = readFrontMatter(frontText, file, 2)
  const raw = readArticles(body, file, bodyLine)
  const articles = raw.map((article) => readClauses(article, front, file))
  const clauses = articles.flatMap((article) => article.clauses)
  checkClauses(clauses, file)
  validateClauses(clauses, file)
  return freezeDeep({
    ...front,
    digest: createHash('sha256').update(bytes).digest('hex'),
    documentText,
    articles,
    clauses,
    assumptions: [...front.assumptions, ...raw.flatMap((article) => article.assumptions)],
    schema: CEDAR_SCHEMA,
  })
}

/**
 * Checks that every capability the agreement names exists, and that every existing one is granted by a stage or never.
 *
 * @param capabilities the reader's capabilities, less `none`
 * @throws {AgreementError} `agreement_capability_unknown`, `agreement_capability_unplaced`
 */
export function checkCapabilities(agreement: Agreement, capabilities: readonly string[]): void {
  const known = new Set(capabilities.filter((name) => name !== 'none'))
  const placed = [...agreement.stages.values()].flatMap((stage) => stage.adds).concat(agreement.neverGranted)
  const fail = (code: AgreementErrorCode, name: string, message: string): never => {
    const at = agreement.documentText.split('\n').findIndex((line) => line.includes(name))
    throw new AgreementError(code, agreement.id, Math.max(at, 0) + 1, message)
  }
  for (const name of placed) {
    if (!known.has(name))
      fail('agreement_capability_unknown', name, `no capability \`${name}\` is known to the reader`)
  }
  for (const name of known) {
    if (!placed.includes(name)) {
      fail(
        'agreement_capability_unplaced',
        name,
        `capability \`${name}\` is in no stage and not in \`never_granted\``,
      )
    }
  }
}

function decode(bytes: Buffer, file: string): string {
  if (bytes.length > DOCUMENT_BYTES_MAX) {
    const message = `document of ${bytes.length} bytes, limit is ${DOCUMENT_BYTES_MAX}`
    throw new AgreementError('agreement_too_large', file, 1, message)
  }
  let text: string
  try {
    text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes)
  } catch (cause) {
    throw new AgreementError('agreement_not_utf8', file, 1, 'not valid UTF-8', { cause })
  }
  const found = FORBIDDEN_CHARACTER.exec(text)
  if (found !== null) {
    const line = text.slice(0, found.index).split('\n').length
    const point = found[0].codePointAt(0)?.toString(16).padStart(4, '0')
    throw new AgreementError(
      'agreement_control_character',
      file,
      line,
      `character U+${point} could mislead a reader`,
    )
  }
  return text
}

function splitFrontMatter(text: string, file: string): { frontText: string; body: string; bodyLine: number } {
  const end = text.indexOf('\n---\n')
  if (!text.startsWith('---\n') || end < 0) {
    throw new AgreementError(
      'agreement_front_matter_missing',
      file,
      1,
      'the document must begin with a line `---`, front matter in YAML, and a line `---`',
    )
  }
  const frontText = text.slice(4, end + 1)
  return { frontText, body: text.slice(end + 5), bodyLine: frontText.split('\n').length + 2 }
}

function readClauses(raw: RawArticle, front: FrontMatter, file: string): Article {
  const { id, title, prose, normative, fences } = raw
  return {
    id,
    title,
    prose,
    normative,
    clauses: fences.map((fence) => readClause(fence, id, front.holds, file)),
  }
}

function checkClauses(clauses: readonly Clause[], file: string): void {
  if (clauses.length > CLAUSES_MAX) {
    throw new AgreementError(
      'agreement_too_large',
      file,
      1,
      `${clauses.length} clauses, limit is ${CLAUSES_MAX}`,
    )
  }
  const seen = new Map<string, number>()
  for (const { id, line } of clauses) {
    const first = seen.get(id)
    if (first !== undefined) {
      throw new AgreementError(
        'agreement_clause_duplicate',
        file,
        line,
        `clause ${id} already stands on line ${first}`,
      )
    }
    seen.set(id, line)
  }
  if (!clauses.some((clause) => clause.action === 'proceed')) {
    throw new AgreementError('agreement_permit_missing', file, 1, 'no clause permits anything to proceed')
  }
}

/** Freezes plain objects and arrays; maps and sets are read-only by type. */
function freezeDeep<T>(value: T): T {
  if (typeof value !== 'object' || value === null || Object.isFrozen(value)) return value
  if (value instanceof Map || value instanceof Set) {
    for (const item of value.values()) freezeDeep(item)
    return value
  }
  for (const item of Object.values(value)) freezeDeep(item)
  return Object.freeze(value)
}
