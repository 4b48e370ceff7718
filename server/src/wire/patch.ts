/**
 * Setting and removing top-level members by splicing bytes.
 *
 * Spec: docs/spec/wire.md §8. Everything that is not patched leaves byte for byte as it came: numbers keep their
 * spelling, members their order, and the digest of an untouched member stays provable.
 */
import type { JsonValue, MemberSpan, WireRequest } from './request.ts'

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
  const chunks: Buffer[] = []
  const pending = new Map(Object.entries(patch))
  let changed = false
  let kept = 0
  for (const member of members) {
    const replacement = pending.get(member.key)
    if (!pending.has(member.key)) {
      pushMember(chunks, body.subarray(member.keyStart, member.end), kept++)
      continue
    }
    pending.delete(member.key)
    changed = true
    if (replacement === undefined) continue
    pushMember(chunks, memberBytes(body, member, replacement), kept++)
  }
  for (const [key, value] of pending) {
    if (value === undefined) continue
    changed = true
    pushMember(chunks, Buffer.from(`${JSON.stringify(key)}:${JSON.stringify(value)}`), kept++)
  }
  if (!changed) return body
  return Buffer.concat([OPEN, ...chunks, CLOSE])
}

const OPEN = Buffer.from('{')
const CLOSE = Buffer.from('}')
const COMMA = Buffer.from(',')

function pushMember(chunks: Buffer[], bytes: Buffer, index: number): void {
  if (index > 0) chunks.push(COMMA)
  chunks.push(bytes)
}

/** The member's own key bytes with a new value. */
function memberBytes(body: Buffer, member: MemberSpan, value: JsonValue): Buffer {
  return Buffer.concat([
    body.subarray(member.keyStart, member.valueStart),
    Buffer.from(JSON.stringify(value)),
  ])
}
