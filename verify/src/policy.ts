/**
 * Trust policies: which logs and witnesses are known, and which witnesses together are enough.
 *
 * Spec: c2sp.org/tlog-policy; ours: docs/spec/witness.md §3. One file serves the log, auditors and receipts.
 * The file is octets: names are compared byte for byte, and what is outside ASCII is opaque. Keys are read as UTF-8.
 */
import { fromUtf8, toBase64 } from './bytes.ts'
import { type CosignerKey, parseCosignerKey } from './cosignature.ts'
import { VerifyError } from './error.ts'
import { parseVerifierKey, type VerifierKey } from './note.ts'

const POLICY_BYTES_MAX = 1024 * 1024
const NONE = 'none'

export interface PolicyLog {
  /** Ed25519, or ML-DSA-44 as a cosigner key: logs may sign with either. */
  readonly key: VerifierKey | CosignerKey
  readonly url: string | null
}

export interface PolicyWitness {
  /** Its name in this file only; octets as Latin-1. */
  readonly name: string
  readonly key: CosignerKey
  readonly url: string | null
}

interface PolicyGroup {
  readonly threshold: number
  readonly members: readonly string[]
}

export interface Policy {
  readonly logs: readonly PolicyLog[]
  readonly witnesses: readonly PolicyWitness[]
  readonly groups: ReadonlyMap<string, PolicyGroup>
  /** Name of a witness or group, or `none`. */
  readonly quorum: string
}

/** What has been read so far. */
interface Draft {
  readonly logs: PolicyLog[]
  readonly witnesses: PolicyWitness[]
  readonly groups: Map<string, PolicyGroup>
  readonly members: Set<string>
  quorum: string | null
}

/**
 * @throws {VerifyError} `policy_too_large`, `policy_character`, `policy_line`, `policy_key`, `policy_key_repeated`,
 *   `policy_name`, `policy_name_unknown`, `policy_member_repeated`, `policy_threshold`, `policy_quorum_missing`,
 *   `policy_quorum_repeated`
 */
export function parsePolicy(bytes: Uint8Array): Policy {
  if (bytes.length > POLICY_BYTES_MAX)
    throw new VerifyError('policy_too_large', `a policy of ${bytes.length} bytes is over ${POLICY_BYTES_MAX}`)
  const draft: Draft = { logs: [], witnesses: [], groups: new Map(), members: new Set(), quorum: null }
  for (const [i, line] of linesOf(bytes).entries()) {
    const items = line.split(/[ \t]+/).filter((item) => item !== '')
    if (items.length > 0 && !items[0]?.startsWith('#')) readLine(draft, items, `line ${i + 1}`)
  }
  const { logs, witnesses, groups, quorum } = draft
  if (quorum === null) throw new VerifyError('policy_quorum_missing', 'a policy has one `quorum` line')
  return { logs, witnesses, groups, quorum }
}

/** Whether the witnesses named are enough. */
export function isQuorum(policy: Policy, cosigned: ReadonlySet<string>): boolean {
  const holds = (name: string): boolean => {
    const group = policy.groups.get(name)
    return group === undefined ? cosigned.has(name) : group.members.filter(holds).length >= group.threshold
  }
  return policy.quorum === NONE || holds(policy.quorum)
}

/** Whether the policy asks for any witness at all. */
export function wantsWitnesses(policy: Policy): boolean {
  return policy.quorum !== NONE
}

function linesOf(bytes: Uint8Array): string[] {
  let text = ''
  for (const [i, octet] of bytes.entries()) {
    if ((octet < 0x20 && octet !== 0x09 && octet !== 0x0a) || octet === 0x7f) {
      throw new VerifyError('policy_character', `octet ${octet} cannot stand in a policy`, {
        place: `byte ${i}`,
        got: String(octet),
      })
    }
    text += String.fromCharCode(octet)
  }
  return text.split('\n')
}

function readLine(draft: Draft, [word, ...items]: readonly string[], place: string): void {
  if (word === 'log') readLog(draft, items, place)
  else if (word === 'witness') readWitness(draft, items, place)
  else if (word === 'group') readGroup(draft, items, place)
  else if (word === 'quorum') readQuorum(draft, items, place)
  else throw lineError(place, `\`${word}\` begins no line of a policy`, word)
}

function readLog(draft: Draft, items: readonly string[], place: string): void {
  const [vkey, url] = items
  if (vkey === undefined || items.length > 2) throw lineError(place, 'a log is `log VKEY [URL]`')
  const key = readKey(vkey, place, (text) => {
    try {
      return parseVerifierKey(text)
    } catch (error) {
      const cosigner = parseCosignerKey(text)
      if (cosigner.algorithm === 'ml-dsa-44') return cosigner
      throw error
    }
  })
  refuseRepeated([...draft.logs, ...draft.witnesses], key, place)
  draft.logs.push({ key, url: urlOf(url, place) })
}

function readWitness(draft: Draft, items: readonly string[], place: string): void {
  const [name, vkey, url] = items
  if (name === undefined || vkey === undefined || items.length > 3)
    throw lineError(place, 'a witness is `witness NAME VKEY [URL]`')
  const key = readKey(vkey, place, parseCosignerKey)
  refuseTaken(draft, name, place)
  refuseRepeated([...draft.logs, ...draft.witnesses], key, place)
  draft.witnesses.push({ name, key, url: urlOf(url, place) })
}

function readGroup(draft: Draft, [name, rule, ...members]: readonly string[], place: string): void {
  if (name === undefined || rule === undefined || members.length === 0)
    throw lineError(place, 'a group is `group NAME all|any|K MEMBER...`')
  refuseTaken(draft, name, place)
  const threshold = thresholdOf(rule, members.length, place)
  for (const member of members) {
    if (member === NONE || !isDefined(draft, member)) throw unknownName(member, place)
    if (draft.members.has(member)) {
      throw new VerifyError('policy_member_repeated', `\`${member}\` is in a group already`, {
        place,
        got: member,
      })
    }
    draft.members.add(member)
  }
  draft.groups.set(name, { threshold, members })
}

function readQuorum(draft: Draft, [name, ...more]: readonly string[], place: string): void {
  if (name === undefined || more.length > 0) throw lineError(place, 'a quorum is `quorum NAME`')
  if (draft.quorum !== null)
    throw new VerifyError('policy_quorum_repeated', 'a policy has one `quorum` line', { place, got: name })
  if (name !== NONE && !isDefined(draft, name)) throw unknownName(name, place)
  draft.quorum = name
}

function thresholdOf(rule: string, members: number, place: string): number {
  if (rule === 'all') return members
  if (rule === 'any') return 1
  const threshold = /^[1-9][0-9]{0,5}$/.test(rule) ? Number(rule) : Number.NaN
  if (threshold <= members) return threshold
  throw new VerifyError('policy_threshold', 'a group wants `all`, `any` or a number of its members', {
    place,
    expected: `1 to ${members}`,
    got: rule,
  })
}

function isDefined(draft: Draft, name: string): boolean {
  return draft.groups.has(name) || draft.witnesses.some((witness) => witness.name === name)
}

function refuseTaken(draft: Draft, name: string, place: string): void {
  if (name !== NONE && !isDefined(draft, name)) return
  throw new VerifyError('policy_name', `\`${name}\` is taken`, { place, got: name })
}

/** A log that is its own witness vouches for nothing. Two keys are the same when the public key is, whatever name and type are put around it. */
function refuseRepeated(
  known: readonly { readonly key: VerifierKey }[],
  key: VerifierKey,
  place: string,
): void {
  const encoded = toBase64(key.publicKey)
  if (known.every((other) => toBase64(other.key.publicKey) !== encoded)) return
  throw new VerifyError('policy_key_repeated', `the key of \`${key.name}\` stands here twice`, {
    place,
    got: `${key.name}+${key.keyId}`,
  })
}

function readKey<K>(octets: string, place: string, parse: (text: string) => K): K {
  try {
    return parse(fromOctets(octets))
  } catch (cause) {
    if (!(cause instanceof VerifyError)) throw cause
    throw new VerifyError('policy_key', `${cause.message} (${cause.code})`, {
      place,
      got: cause.got ?? octets.slice(0, 120),
      ...(cause.expected === undefined ? {} : { expected: cause.expected }),
      cause,
    })
  }
}

function urlOf(octets: string | undefined, place: string): string | null {
  if (octets === undefined) return null
  const text = fromOctets(octets)
  const url = URL.canParse(text) ? new URL(text) : null
  if (url?.protocol === 'https:' || url?.protocol === 'http:') return text
  throw lineError(place, 'an address begins with `https://` or `http://`', text.slice(0, 120))
}

function fromOctets(octets: string): string {
  return fromUtf8(Uint8Array.from(octets, (unit) => unit.charCodeAt(0)))
}

function unknownName(name: string, place: string): VerifyError {
  return new VerifyError('policy_name_unknown', `\`${name}\` is no witness or group defined above`, {
    place,
    got: name,
  })
}

function lineError(place: string, message: string, got?: string): VerifyError {
  return new VerifyError('policy_line', message, { place, ...(got === undefined ? {} : { got }) })
}
