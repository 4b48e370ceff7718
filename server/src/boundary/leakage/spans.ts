/**
 * Secrets and Japanese personal data in a text, as spans.
 *
 * A text is read as it stands (folded), with escapes resolved, and inside what it carries encoded. A place belongs
 * to the first rule that claims it. Spec: docs/spec/leakage.md §2.
 */
import { columnSpans } from './columns.ts'
import { credentialSpans } from './credentials.ts'
import { folded, kanjiDigits, unescapedViews } from './fold.ts'
import type { LeakageSpan, LeakageType } from './leakage-type.ts'
import { numberSpans } from './numbers.ts'
import { personSpans } from './persons.ts'
import { secretSpans } from './secrets.ts'
import { through, type View } from './view.ts'

/** Encoded runs opened in one text, and characters of each. */
const BLOBS_MAX = 256
const BLOB_CHARS_MAX = 262_144
const RUN_CHARS_MIN = 20
const ENCODED = new Uint8Array(128)
for (const char of 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/_-')
  ENCODED[char.charCodeAt(0)] = 1
const HEX = /^(?:[0-9a-fA-F]{2}){12,}$/

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
  const claimed = new Claims()
  const plain = folded(text)
  const views = [plain, ...unescapedViews(plain.text).map((view) => through(plain, view))]
  const kanji = kanjiDigits(plain.text)
  if (kanji !== null) views.push(through(plain, kanji))
  for (const view of views) for (const span of spansOfView(view.text)) claimed.add(mapped(view, span))
  for (const span of encodedSpans(plain.text)) claimed.add(mapped(plain, span))
  return claimed.inOrder()
}

function mapped(view: View, { type, start, end }: LeakageSpan): LeakageSpan {
  return { type, start: view.from(start), end: view.to(end) }
}

/** In order of precedence. */
function spansOfView(text: string): LeakageSpan[] {
  const secrets = secretSpans(text).map(({ name, type, start, end }) => ({
    type: TYPE_OF_FORMAT[name] ?? (type === 'canary' || type === 'personal_data' ? 'provider_token' : type),
    start: type === 'private_key' ? start : valueStart(text, name, start),
    end: type === 'private_key' ? pemEnd(text, end) : end,
  }))
  return [
    ...secrets,
    ...credentialSpans(text),
    ...numberSpans(text),
    ...personSpans(text),
    ...columnSpans(text),
  ]
}

/** What base64 and hexadecimal runs hold; the run as a whole is the span. */
function encodedSpans(text: string): LeakageSpan[] {
  const spans: LeakageSpan[] = []
  let opened = 0
  for (const [start, end] of encodedRuns(text)) {
    if (opened >= BLOBS_MAX) break
    if (end - start > BLOB_CHARS_MAX) continue
    const run = text.slice(start, end)
    const plain = textOf(run)
    if (plain === null) continue
    opened++
    const [inner] = spansOfView(folded(plain).text)
    if (inner !== undefined) spans.push({ type: inner.type, start, end })
  }
  return spans
}

/** Runs of base64 characters, found by looking at every twentieth character first. */
function* encodedRuns(text: string): Generator<readonly [number, number]> {
  for (let at = RUN_CHARS_MIN - 1; at < text.length; at += RUN_CHARS_MIN) {
    if (!isEncoded(text, at)) continue
    let start = at
    while (start > 0 && isEncoded(text, start - 1)) start--
    let end = at + 1
    while (isEncoded(text, end)) end++
    at = end
    while (text.charCodeAt(end) === 61 && end - at < 2) end++
    if (at - start >= RUN_CHARS_MIN) yield [start, end]
  }
}

function isEncoded(text: string, at: number): boolean {
  return ENCODED[text.charCodeAt(at)] === 1
}

/** A run as text, when it is one. */
function textOf(run: string): string | null {
  const bytes = HEX.test(run) ? Buffer.from(run, 'hex') : Buffer.from(run, 'base64')
  // Cheap first: most runs are digests and ids, whose bytes are no text.
  for (let i = 0; i < bytes.length && i < 16; i++) {
    const byte = bytes[i] ?? 0
    if (byte < 32 && byte !== 9 && byte !== 10 && byte !== 13) return null
  }
  const text = bytes.toString('utf8')
  return /(?![\t\n\r])[\p{Cc}\ufffd]/u.test(text) ? null : text
}

/** The first to claim a place keeps it. */
class Claims {
  private readonly spans: LeakageSpan[] = []

  add(span: LeakageSpan): void {
    if (span.end <= span.start) return
    const at = this.placeOf(span.start)
    const before = this.spans[at - 1]
    const after = this.spans[at]
    if ((before !== undefined && before.end > span.start) || (after !== undefined && after.start < span.end))
      return
    this.spans.splice(at, 0, span)
  }

  inOrder(): LeakageSpan[] {
    return this.spans
  }

  /** How many spans begin before `start`. */
  private placeOf(start: number): number {
    let low = 0
    let high = this.spans.length
    while (low < high) {
      const middle = (low + high) >> 1
      // INVARIANT: `middle` is below the length.
      if (this.spans[middle]!.start < start) low = middle + 1
      else high = middle
    }
    return low
  }
}

/** `aws_secret_access_key=` is the name, not the secret. */
function valueStart(text: string, name: string, start: number): number {
  if (name !== 'aws_secret_key') return start
  return start + (/^[A-Za-z_]+[ "':=\\]+/.exec(text.slice(start, start + 40))?.[0].length ?? 0)
}

/** The key's last line belongs to it. */
function pemEnd(text: string, end: number): number {
  const tail = /^[\s\S]{0,8192}?-----END [A-Z0-9 ]{0,40}-----/.exec(text.slice(end, end + 8250))
  return tail !== null && !tail[0].includes('-----BEGIN') ? end + tail[0].length : end
}
