/**
 * Setting and removing top-level members by splicing bytes.
 *
 * Spec: docs/spec/wire.md §8. Everything that is not patched leaves byte for byte as it came: numbers keep their
 * spelling, members their order, and the digest of an untouched member stays provable.
 */
import type { JsonValue, WireRequest } from './request.ts'

/**
 * Sets (`JsonValue`) or removes (`undefined`) top-level members.
 *
 * @returns the body itself when the patch changes nothing, else a new buffer
 */
export function patchBody(
  request: Pick<WireRequest, 'body' | 'members'>,
  patch: Readonly<Record<string, JsonValue | undefined>>,
): Buffer {
  const { body, members } = request
  const splice = new Splice(body)
  let changed = false
  for (const { key, keyStart, valueStart, end } of members) {
    if (!Object.hasOwn(patch, key)) splice.keep(keyStart, end)
    else {
      changed = true
      const value = patch[key]
      if (value !== undefined) splice.replace(keyStart, valueStart, JSON.stringify(value))
    }
  }
  for (const key of Object.keys(patch)) {
    const value = patch[key]
    if (value === undefined || members.some((member) => member.key === key)) continue
    changed = true
    splice.add(`${JSON.stringify(key)}:${JSON.stringify(value)}`)
  }
  return changed ? splice.bytes() : body
}

/** A body in the making: runs of the old one, and texts between them. */
class Splice {
  private readonly body: Buffer
  /** Alternately a text and the start and end of a run of the body that follows it. */
  private readonly texts: string[] = []
  private readonly runs: number[] = []
  private text = '{'
  private first = true

  constructor(body: Buffer) {
    this.body = body
  }

  keep(start: number, end: number): void {
    const { runs } = this
    const before = runs[runs.length - 1]
    // Members with one comma between them are one run.
    if (this.text === '' && before !== undefined && before + 1 === start) {
      runs[runs.length - 1] = end
      return
    }
    this.comma()
    this.run(start, end)
  }

  /** The member's own key bytes with a new value. */
  replace(keyStart: number, valueStart: number, value: string): void {
    this.comma()
    this.run(keyStart, valueStart)
    this.text = value
  }

  add(member: string): void {
    this.comma()
    this.text += member
  }

  bytes(): Buffer {
    const { body, texts, runs } = this
    const last = `${this.text}}`
    let length = Buffer.byteLength(last)
    texts.forEach((text, i) => {
      length += Buffer.byteLength(text) + (runs[i * 2 + 1] ?? 0) - (runs[i * 2] ?? 0)
    })
    const bytes = Buffer.allocUnsafe(length)
    let at = 0
    texts.forEach((text, i) => {
      at += bytes.write(text, at)
      at += body.copy(bytes, at, runs[i * 2], runs[i * 2 + 1])
    })
    bytes.write(last, at)
    return bytes
  }

  private comma(): void {
    if (!this.first) this.text += ','
    this.first = false
  }

  private run(start: number, end: number): void {
    this.texts.push(this.text)
    this.runs.push(start, end)
    this.text = ''
  }
}
