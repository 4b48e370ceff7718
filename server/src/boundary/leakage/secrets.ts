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
import { escapeRegExp, TriggerFinder } from './triggers.ts'

/** A format ready to run: `full` matches a whole secret at lastIndex, `open` a text that ends inside one. */
interface CompiledFormat extends SecretFormat {
  readonly full: RegExp
  readonly open: RegExp
  /** The first piece when it is a long run: all of it at lastIndex, and how long it may be. */
  readonly run: { readonly all: RegExp; readonly max: number } | null
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
/** Triggers that ordinary words and names end in: inside a word, only a mixed body makes a secret of them. */
const WORD_ENDINGS: ReadonlySet<string> = new Set(['sk-', 'SG.', 'hf_', 'ASIA', 'ACCA', 'sekisho_'])
/** Characters after such an ending that pass as a word before the text is held all the same. */
const WORD_CHARS_MAX = 12
/** From this many characters on, a format's first run is measured once for all triggers inside it. */
const LONG_RUN_CHARS = 1024

/**
 * @param canaries strings that must never leave, besides the built-in formats
 * @throws {BoundaryError} `boundary_canary_short`
 */
export function createSecretScanner(canaries: readonly string[] = []): SecretScanner {
  const formats = [...SECRET_FORMATS, ...canaryFormats(canaries)]
  const compiled = byTrigger(formats.map(compileFormat))
  const triggers = new TriggerFinder(formats.map((each) => each.trigger))
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

/** Formats that may begin where a trigger stands, by the trigger found. */
type ByTrigger = ReadonlyMap<string, readonly CompiledFormat[]>

function byTrigger(formats: readonly CompiledFormat[]): ByTrigger {
  return new Map(
    formats.map(({ trigger }) => [trigger, formats.filter((each) => trigger.startsWith(each.trigger))]),
  )
}

function frontierOf(text: string, from: number, compiled: ByTrigger, triggers: TriggerFinder): Frontier {
  let openFrom = text.length
  const runs = new RunMemo(text)
  for (let hit = triggers.next(text, from); hit !== null; hit = triggers.next(text, hit.at + 1)) {
    const { at } = hit
    const formats = runs.worthTrying(compiled.get(hit.text) ?? [], at)
    const found = secretAt(text, at, formats)
    if (found !== null) return { found, openFrom: Math.min(openFrom, at) }
    if (openFrom === text.length && mayStillComplete(text, at, formats)) openFrom = at
  }
  return { found: null, openFrom }
}

/**
 * Keeps a run full of triggers from being searched once for each of them. INVARIANT: of all triggers in one run that
 * are near enough to its end, the first decides for the others, because what follows the run is the same.
 */
class RunMemo {
  private readonly text: string
  private ends: Map<CompiledFormat, { end: number; tried: boolean }> | null = null

  constructor(text: string) {
    this.text = text
  }

  worthTrying(formats: readonly CompiledFormat[], at: number): readonly CompiledFormat[] {
    return formats.some(({ run }) => run !== null)
      ? formats.filter((each) => this.isWorth(each, at))
      : formats
  }

  private isWorth(each: CompiledFormat, at: number): boolean {
    if (each.run === null) return true
    const body = at + each.trigger.length
    this.ends ??= new Map()
    let memo = this.ends.get(each)
    if (memo === undefined || body > memo.end) {
      each.run.all.lastIndex = body
      memo = { end: body + (each.run.all.exec(this.text)?.[0].length ?? 0), tried: false }
      this.ends.set(each, memo)
    }
    if (memo.tried || memo.end - body > each.run.max) return false
    memo.tried = true
    return true
  }
}

function mayStillComplete(text: string, at: number, formats: readonly CompiledFormat[]): boolean {
  return formats.some((each) => {
    each.open.lastIndex = at
    if (!each.open.test(text)) return false
    const body = text.slice(at + each.trigger.length)
    return !insideWord(text, at, each) || body.length >= WORD_CHARS_MAX || /[A-Z0-9]/.test(body)
  })
}

function compileFormat(each: SecretFormat): CompiledFormat {
  const last = each.pieces.at(-1)
  const more = last !== undefined && 'anyOf' in last ? `[${last.anyOf}]{0,8192}` : ''
  return {
    ...each,
    full: new RegExp(escapeRegExp(each.trigger) + each.pieces.map(pieceSource).join(''), 'y'),
    open: new RegExp(escapeRegExp(each.trigger) + openSource(each.pieces), 'y'),
    run: longRun(each.pieces[0]),
    extend: new RegExp(each.name === 'pem_private_key' ? PEM_REST : more, 'y'),
  }
}

function longRun(piece: Piece | undefined): CompiledFormat['run'] {
  if (piece === undefined || 'literal' in piece || piece.max < LONG_RUN_CHARS) return null
  return { all: new RegExp(`[${piece.anyOf}]*`, 'y'), max: piece.max }
}

/** Whether a trigger that words end in stands at a word's end: `task-…`, `disk-…` are not `sk-…`. */
function insideWord(text: string, at: number, each: SecretFormat): boolean {
  if (at === 0 || !WORD_ENDINGS.has(each.trigger)) return false
  const before = text.charCodeAt(at - 1)
  // An escaped line break before a token inside a string literal is not part of it.
  if ((before === 110 || before === 114 || before === 116) && text[at - 2] === '\\') return false
  return (before >= 48 && before <= 57) || (before >= 65 && before <= 90) || (before >= 97 && before <= 122)
}

/** A random body mixes capitals and digits; a word, a name or a hash does not. */
function isMixed(body: string): boolean {
  return /[A-Z]/.test(body) && /[0-9]/.test(body)
}

/** Whether a matched body is one that documentation prints instead of a secret. */
function isPlaceholder(matched: string, each: SecretFormat): boolean {
  if (each.type === 'canary' || each.name === 'putty_private_key') return false
  const body = matched.slice(each.trigger.length)
  return new Set(body).size < DISTINCT_CHARS_MIN || PLACEHOLDER.test(body)
}

function spansIn(text: string, compiled: ByTrigger, triggers: TriggerFinder): SecretSpan[] {
  const spans: SecretSpan[] = []
  const runs = new RunMemo(text)
  for (let hit = triggers.next(text, 0); hit !== null; ) {
    const span = secretAt(text, hit.at, runs.worthTrying(compiled.get(hit.text) ?? [], hit.at))
    if (span !== null) spans.push(span)
    hit = triggers.next(text, span?.end ?? hit.at + 1)
  }
  return spans
}

/** @param formats those whose trigger stands at `at` */
function secretAt(text: string, at: number, formats: readonly CompiledFormat[]): SecretSpan | null {
  for (const each of formats) {
    each.full.lastIndex = at
    const matched = each.full.exec(text)
    if (matched === null || isPlaceholder(matched[0], each)) continue
    if (insideWord(text, at, each) && !isMixed(matched[0].slice(each.trigger.length))) continue
    each.extend.lastIndex = each.full.lastIndex
    const rest = each.extend.exec(text)?.[0].length ?? 0
    return { name: each.name, type: each.type, start: at, end: at + matched[0].length + rest }
  }
  return null
}

function pieceSource(piece: Piece): string {
  if ('literal' in piece) return escapeRegExp(piece.literal)
  return `${classSource(piece)}{${piece.min},${piece.max}}?`
}

function classSource({ anyOf, not }: Exclude<Piece, { literal: string }>): string {
  return not === undefined ? `[${anyOf}]` : `(?:(?!${not})[${anyOf}])`
}

/** Matches when the text ends before the pieces are complete. */
function openSource(pieces: readonly Piece[]): string {
  const [head, ...rest] = pieces
  if (head === undefined) return '(?!)'
  const partial = 'literal' in head ? openLiteral(head.literal) : `${classSource(head)}{0,${head.max}}$`
  return rest.length === 0 ? `(?:${partial})` : `(?:${partial}|${pieceSource(head)}${openSource(rest)})`
}

function openLiteral(text: string): string {
  let source = ''
  for (const char of [...text].slice(0, -1).reverse()) source = `(?:${escapeRegExp(char)}${source})?`
  return `${source}$`
}
