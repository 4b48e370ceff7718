/**
 * Finds secrets in a text, whole or growing.
 *
 * Spec: docs/spec/leakage.md §1–2. HOSTILE: the text is chosen by others; every expression here is bounded and
 * none backtracks over more than one piece.
 */
import {
  canaryFormats,
  type Piece,
  SECRET_FORMATS,
  type SecretFormat,
  type SecretType,
} from './secret-formats.ts'

/** A format ready to run: `full` matches a whole secret at lastIndex, `open` a text that ends inside one. */
interface CompiledFormat extends SecretFormat {
  readonly full: RegExp
  readonly open: RegExp
  /** Continues past the shortest match to the secret's end. */
  readonly extend: RegExp
}

export interface SecretSpan {
  readonly name: string
  readonly type: SecretType
  /** UTF-16 code units. */
  readonly start: number
  readonly end: number
}

/** How far a growing text has been cleared. */
export interface Frontier {
  /** The first whole secret, if any. */
  readonly found: SecretSpan | null
  /** Where a secret may have begun that the text does not yet complete; the text's length when nowhere. */
  readonly openFrom: number
}

export interface SecretScanner {
  /** Every secret in `text`, in order and without overlaps. */
  spans(text: string): SecretSpan[]
  /**
   * For a text that may still grow.
   *
   * @param from where triggers are looked for; what stands before is context only
   */
  frontier(text: string, from?: number): Frontier
  /** Characters to keep from a cleared text so that a trigger cut in two is still seen. */
  readonly overlapChars: number
}

/** What may follow the first characters of a PEM body. */
const PEM_REST = `[A-Za-z0-9+/=\\s\\\\rn"',]{0,16384}(?:-----END [A-Z0-9 ]{0,40}-----)?`
/** Bodies that documentation uses: not secrets. */
const PLACEHOLDER =
  /example|x{5}|0{8}|\*{3}|12345678|abcdefgh|changeme|placeholder|redacted|your[-_]?(?:key|token)/i
/** Fewest distinct characters in the random part of a real secret. */
const DISTINCT_CHARS_MIN = 8

/**
 * @param canaries strings that must never leave, besides the built-in formats
 * @throws {BoundaryError} `boundary_canary_short`
 */
export function createSecretScanner(canaries: readonly string[] = []): SecretScanner {
  const formats = [...SECRET_FORMATS, ...canaryFormats(canaries)]
  const compiled = formats.map(compileFormat)
  const triggers = triggerExpression(formats)
  return {
    spans: (text) => spansIn(text, compiled, triggers),
    frontier: (text, from = 0) => frontierOf(text, from, compiled, triggers),
    overlapChars: Math.max(...formats.map((each) => each.trigger.length)),
  }
}

const BUILT_IN = createSecretScanner()

/** Every secret of a built-in format in `text`. */
export function secretSpans(text: string): SecretSpan[] {
  return BUILT_IN.spans(text)
}

function frontierOf(
  text: string,
  from: number,
  compiled: readonly CompiledFormat[],
  triggers: RegExp,
): Frontier {
  let openFrom = text.length
  triggers.lastIndex = from
  for (let hit = triggers.exec(text); hit !== null; hit = triggers.exec(text)) {
    const found = secretAt(text, hit.index, compiled)
    if (found !== null) return { found, openFrom: Math.min(openFrom, hit.index) }
    if (openFrom === text.length && mayStillComplete(text, hit.index, compiled)) openFrom = hit.index
    triggers.lastIndex = hit.index + 1
  }
  return { found: null, openFrom }
}

function mayStillComplete(text: string, at: number, compiled: readonly CompiledFormat[]): boolean {
  return compiled.some((each) => {
    if (!text.startsWith(each.trigger, at) || !mayBegin(text, at, each)) return false
    each.open.lastIndex = at
    return each.open.test(text)
  })
}

function compileFormat(each: SecretFormat): CompiledFormat {
  const last = each.pieces.at(-1)
  const more = last !== undefined && 'anyOf' in last ? `[${last.anyOf}]{0,8192}` : ''
  return {
    ...each,
    full: new RegExp(escapeRegExp(each.trigger) + each.pieces.map(pieceSource).join(''), 'y'),
    open: new RegExp(escapeRegExp(each.trigger) + openSource(each.pieces), 'y'),
    extend: new RegExp(each.name === 'pem_private_key' ? PEM_REST : more, 'y'),
  }
}

/** One expression that finds where any format's trigger stands. */
function triggerExpression(formats: readonly SecretFormat[]): RegExp {
  const triggers = [...new Set(formats.map((each) => each.trigger))].sort((a, b) => b.length - a.length)
  return new RegExp(triggers.map(escapeRegExp).join('|'), 'g')
}

/** Whether the character before a trigger lets a secret begin there: `task-…` is not `sk-…`. */
function mayBegin(text: string, at: number, each: SecretFormat): boolean {
  if (at === 0 || each.type === 'canary' || !/^[A-Za-z0-9]/.test(each.trigger)) return true
  const before = text.charCodeAt(at - 1)
  // An escaped line break before a token inside a string literal is not part of it.
  if ((before === 110 || before === 114 || before === 116) && text[at - 2] === '\\') return true
  return !(
    (before >= 48 && before <= 57) ||
    (before >= 65 && before <= 90) ||
    (before >= 97 && before <= 122)
  )
}

/** Whether a matched body is one that documentation prints instead of a secret. */
function isPlaceholder(matched: string, each: SecretFormat): boolean {
  if (each.type === 'canary' || each.name === 'putty_private_key') return false
  const body = matched.slice(each.trigger.length)
  return new Set(body).size < DISTINCT_CHARS_MIN || PLACEHOLDER.test(body)
}

function spansIn(text: string, compiled: readonly CompiledFormat[], triggers: RegExp): SecretSpan[] {
  const spans: SecretSpan[] = []
  triggers.lastIndex = 0
  for (let hit = triggers.exec(text); hit !== null; hit = triggers.exec(text)) {
    const span = secretAt(text, hit.index, compiled)
    if (span === null) triggers.lastIndex = hit.index + 1
    else {
      spans.push(span)
      triggers.lastIndex = span.end
    }
  }
  return spans
}

function secretAt(text: string, at: number, compiled: readonly CompiledFormat[]): SecretSpan | null {
  for (const each of compiled) {
    if (!text.startsWith(each.trigger, at) || !mayBegin(text, at, each)) continue
    each.full.lastIndex = at
    const matched = each.full.exec(text)
    if (matched === null || isPlaceholder(matched[0], each)) continue
    each.extend.lastIndex = each.full.lastIndex
    const rest = each.extend.exec(text)?.[0].length ?? 0
    return { name: each.name, type: each.type, start: at, end: at + matched[0].length + rest }
  }
  return null
}

function pieceSource(piece: Piece): string {
  if ('literal' in piece) return escapeRegExp(piece.literal)
  return `[${piece.anyOf}]{${piece.min},${piece.max}}?`
}

/** Matches when the text ends before the pieces are complete. */
function openSource(pieces: readonly Piece[]): string {
  const [head, ...rest] = pieces
  if (head === undefined) return '(?!)'
  const partial = 'literal' in head ? openLiteral(head.literal) : `[${head.anyOf}]{0,${head.max}}$`
  return rest.length === 0 ? `(?:${partial})` : `(?:${partial}|${pieceSource(head)}${openSource(rest)})`
}

function openLiteral(text: string): string {
  let source = ''
  for (const char of [...text].slice(0, -1).reverse()) source = `(?:${escapeRegExp(char)}${source})?`
  return `${source}$`
}

function escapeRegExp(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\/-]/g, '\\$&')
}
