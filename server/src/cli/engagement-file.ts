/**
 * The file of an engagement: a scope document in YAML, read strictly.
 *
 * Spec: docs/spec/engagement.md §5. What the statement says in milliseconds and digests is written here as people write
 * it; a member nobody knows is refused with its place, never skipped.
 */
import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import path from 'node:path'
import type { JsonObject, JsonValue } from 'sekisho-verify'
import { parseDocument } from 'yaml'
import { CliError } from './error.ts'

const FILE_CHARS_MAX = 1024 * 1024

export const ENGAGEMENT_TEMPLATE = `# An engagement of Sekisho: the scope document of a test. Fill in, then: sekisho engagement new FILE --key KEY
# 実施案件(テストの範囲を定める文書)です。記入してから sekisho engagement new FILE --key KEY を実行します。
id: eng-example-portal
institution: hoshizora-bank
purpose: Validate findings in the replica of the customer portal before the winter release
window: { from: '2027-01-12T09:00:00+09:00', until: '2027-02-12T18:00:00+09:00' }
autonomy: A2            # A0 advice only … A4 acts on designated assets, each action approved by two
capabilities: [vulnerability_discovery, exploit_validation]
members: [hoshizora-engineer]
assets:
  - id: replica-net
    kind: cidr          # ipv4 ipv6 cidr domain url repository cloud_account container application
    value: 192.0.2.0/24
    criticality: ordinary   # ordinary critical designated (特定重要電子計算機)
    owner: Hoshizora Bank
    administrator: IT infrastructure department
    authorisation: replica-net-authorisation.pdf   # the administrator's signed authorisation, beside this file
techniques: { allowed: [T1190], forbidden: [T1486, T1498] }   # MITRE ATT&CK
exclusions:             # places of others inside the assets
  - { kind: ipv4, value: 192.0.2.66, reason: hosted for another company }
stop_contact: 'Security operations centre, day and night: +81-3-0000-0000'
legal:                  # needed for offensive capabilities
  basis: Contract of test of 2026-10-01; consent of the administrator
  opinion: opinion-of-counsel.pdf                # file beside this one, or sha256:HEX
`

/** The members of `engagement.draft` and `engagement.amend`. @throws {CliError} `cli_file` */
export function readEngagementFile(file: string, cwd: string): JsonObject {
  const place = path.resolve(cwd, file)
  const text = textOf(place, file)
  const document = parseDocument(text, { schema: 'core', strict: true, uniqueKeys: true })
  const [problem] = [...document.errors, ...document.warnings]
  if (problem !== undefined)
    throw wrong(file, '', `is not YAML: ${(problem.message.split('\n')[0] ?? '').replace(/:$/, '')}`)
  if (/(^|[\s[{,])[*&][A-Za-z]/.test(text.replace(/#.*$|'[^']*'|"[^"]*"/gm, '')))
    throw wrong(file, '', 'must not use aliases')
  const value: unknown = document.toJS()
  return payloadOf(new Reader(file, path.dirname(place)), value)
}

function payloadOf(read: Reader, value: unknown): JsonObject {
  const top = read.object(
    value,
    '',
    ['id', 'institution', 'purpose', 'window', 'autonomy', 'capabilities', 'members', 'assets'],
    ['techniques', 'exclusions', 'stop_contact', 'legal'],
  )
  const window = read.object(top.window, 'window', ['from', 'until'])
  const assets = read.list(top.assets, 'assets').map((each, index) => {
    const at = `assets[${index}]`
    return read.object(
      each,
      at,
      ['id', 'kind', 'value', 'criticality'],
      ['owner', 'administrator', 'authorisation'],
    )
  })
  const withTerms = ['techniques', 'exclusions', 'stop_contact', 'legal'].some((name) => name in top)
  return {
    id: read.text(top.id, 'id'),
    institution: read.text(top.institution, 'institution'),
    purpose: read.text(top.purpose, 'purpose'),
    assets: assets.map(({ id, kind, value: where, criticality }, index) => ({
      id: read.text(id, `assets[${index}].id`),
      kind: read.text(kind, `assets[${index}].kind`),
      value: read.text(where, `assets[${index}].value`),
      criticality: read.text(criticality, `assets[${index}].criticality`),
    })),
    capabilities: read.texts(top.capabilities, 'capabilities'),
    members: read.texts(top.members, 'members'),
    autonomy: read.text(top.autonomy, 'autonomy'),
    from_ms: read.time(window.from, 'window.from'),
    until_ms: read.time(window.until, 'window.until'),
    ...(withTerms ? { terms: termsOf(read, top, assets) } : {}),
  }
}

function termsOf(read: Reader, top: Members, assets: readonly Members[]): JsonObject {
  const techniques = read.object(top.techniques ?? {}, 'techniques', [], ['allowed', 'forbidden'])
  const legal = top.legal === undefined ? null : read.object(top.legal, 'legal', ['basis', 'opinion'])
  return {
    authorisations: assets.flatMap((asset, index) => {
      const at = `assets[${index}]`
      if (asset.authorisation === undefined) return []
      return [
        {
          asset: read.text(asset.id, `${at}.id`),
          owner: read.text(asset.owner, `${at}.owner`),
          administrator: read.text(asset.administrator, `${at}.administrator`),
          document: read.digest(asset.authorisation, `${at}.authorisation`),
        },
      ]
    }),
    techniques: {
      allowed: read.texts(techniques.allowed ?? [], 'techniques.allowed'),
      forbidden: read.texts(techniques.forbidden ?? [], 'techniques.forbidden'),
    },
    exclusions: read.list(top.exclusions ?? [], 'exclusions').map((each, index) => {
      const at = `exclusions[${index}]`
      const { kind, value, reason } = read.object(each, at, ['kind', 'value', 'reason'])
      return { kind: read.text(kind, at), value: read.text(value, at), reason: read.text(reason, at) }
    }),
    stop_contact: read.text(top.stop_contact, 'stop_contact'),
    legal:
      legal === null
        ? null
        : {
            basis: read.text(legal.basis, 'legal.basis'),
            opinion: read.digest(legal.opinion, 'legal.opinion'),
          },
  }
}

type Members = Readonly<Record<string, unknown>>

/** Reads members with their places, so that a refusal says where. */
class Reader {
  readonly #file: string
  readonly #directory: string

  constructor(file: string, directory: string) {
    this.#file = file
    this.#directory = directory
  }

  object(value: unknown, at: string, required: readonly string[], optional: readonly string[] = []): Members {
    if (typeof value !== 'object' || value === null || Array.isArray(value))
      throw wrong(this.#file, at, 'must be a mapping')
    const unknown = Object.keys(value).find((name) => !required.includes(name) && !optional.includes(name))
    if (unknown !== undefined) throw wrong(this.#file, join(at, unknown), 'is not a known member')
    const missing = required.find((name) => !Object.hasOwn(value, name))
    if (missing !== undefined) throw wrong(this.#file, join(at, missing), 'is missing')
    return value as Members // an object whose member names were just checked
  }

  list(value: unknown, at: string): readonly unknown[] {
    if (Array.isArray(value)) return value
    throw wrong(this.#file, at, 'must be a list')
  }

  text(value: unknown, at: string): string {
    if (typeof value === 'string' && value !== '') return value
    throw wrong(this.#file, at, 'must be a text')
  }

  texts(value: unknown, at: string): JsonValue[] {
    return this.list(value, at).map((each, index) => this.text(each, `${at}[${index}]`))
  }

  /** With its zone: a window must not move with whoever reads it. */
  time(value: unknown, at: string): number {
    const text = this.text(value, at)
    const ms = Date.parse(text)
    if (/^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(?::\d{2})?(?:Z|[+-]\d{2}:\d{2})$/.test(text) && !Number.isNaN(ms))
      return ms
    throw wrong(this.#file, at, 'must be a time with its zone, like 2027-01-12T09:00:00+09:00')
  }

  /** `sha256:HEX`, or a file beside this one whose digest is taken. */
  digest(value: unknown, at: string): string {
    const text = this.text(value, at)
    const given = /^sha256:([0-9a-f]{64})$/.exec(text)?.[1]
    if (given !== undefined) return given
    try {
      return createHash('sha256')
        .update(readFileSync(path.resolve(this.#directory, text)))
        .digest('hex')
    } catch (cause) {
      throw wrong(this.#file, at, `names ${text}, which cannot be read; a digest is sha256:HEX`, cause)
    }
  }
}

const join = (at: string, name: string): string => (at === '' ? name : `${at}.${name}`)

function textOf(place: string, file: string): string {
  let text: string
  try {
    text = readFileSync(place, 'utf8')
  } catch (cause) {
    throw wrong(
      file,
      '',
      'cannot be read: name a scope document; `sekisho engagement template` prints one',
      cause,
    )
  }
  if (text.length > FILE_CHARS_MAX) throw wrong(file, '', `is over ${FILE_CHARS_MAX} characters`)
  return text
}

function wrong(file: string, at: string, why: string, cause?: unknown): CliError {
  const place = at === '' ? file : `${file}: ${at}`
  return new CliError('cli_file', `${place} ${why}`, { cause })
}
