/**
 * Finds what a text names as a target: addresses, networks, domains, URLs, repositories, CVEs, hashes.
 *
 * Spec: docs/spec/boundary.md §5. HOSTILE: the text is written by whoever asks. One pass finds candidates by shape;
 * each is then parsed and brought into canonical form, or dropped. What may be meant as a target is one; what is
 * plainly a version number, a file name, a time or a member of an object is not.
 */
import { canonicalCidr, canonicalIpv6, cidrsOfRange, readingsOfIpv4 } from './addresses.ts'
import { eachChunk, mayHoldTarget, piecesOfRun } from './chunks.ts'
import { hostTarget, nameTarget } from './names.ts'
import { type NormalText, normalise } from './normal.ts'
import type { TargetKind } from './reading.ts'
import { repositoryOf } from './repositories.ts'

/** Targets of one text at most; from there on it names what was not read. */
const TARGETS_MAX = 2000
/** What a target that was not read is called: in no engagement's scope. */
export const UNRESOLVED = 'unresolved:'
/** Texts longer than this are not kept alive by what is found in them. */
const HELD_CHARS_MAX = 1024

export interface FoundTarget {
  readonly kind: TargetKind
  /** Canonical form. */
  readonly value: string
  readonly raw: string
  /** UTF-16 code units. */
  readonly start: number
  readonly end: number
  /** A domain that mixes scripts or imitates Latin letters. */
  readonly homograph: boolean
}

export interface Named {
  readonly kind: TargetKind
  readonly value: string
  readonly homograph?: boolean
}

const URL_SHAPE = String.raw`(?<url>(?:[a-z][a-z0-9+.-]{1,15}:)[/\\]{2}[^\s"'<>\x60「」『』（）【】、。，]{1,2048})`
const SSH_REPOSITORY = String.raw`(?<scp>[\w.-]{1,64}@[\w.-]{1,253}:[\w./~-]{1,256})`
const CVE = String.raw`(?<cve>CVE[-‐‑–—−_]?(?:19|20)\d\d[-‐‑–—−_]\d{4,7})(?!\d)`
const DIGEST = '(?<digest>sha(?:1|256|384|512):[0-9a-f]{40,128})'
const HEX = String.raw`(?<hex>(?<![\w-])(?:[0-9a-f]{128}|[0-9a-f]{96}|[0-9a-f]{64}|[0-9a-f]{40}|[0-9a-f]{32})(?![\w-]))`
const IPV6 = String.raw`(?<ipv6>(?<![\w:.])(?=[0-9a-f]*:[0-9a-f:]*:)[0-9a-f:]{2,39}(?:(?<=:)\d{1,3}(?:\.\d{1,3}){3}|(?<=:\d{1,3})(?:\.\d{1,3}){3})?(?:%\w{1,16})?(?:/\d{1,3})?(?![\w:]))`
const IPV4 = String.raw`(?<ipv4>(?<![\w.])(?:0x[0-9a-f]{1,8}|\d{1,5})(?:\[?\.\]?(?:0x[0-9a-f]{1,4}|\d{1,5}|\*)){3}(?:/\d{1,2})?(?![\w]|\.\d))`
const NUMBER = String.raw`(?<number>(?<![\w.:-])(?:0x[0-9a-f]{8}|0[0-7]{9,11}|[1-4]?\d{9})(?![\w.:-]))`
// Kana and kanji run into the Latin letters beside them without a space, so they make names of their own only.
const NAME = String.raw`(?<name>[\w\u00c0-\u2dff][\w\u00c0-\u2dff-]{0,62}(?:\[?[.。]\]?[\w\u00c0-\u2dff-]{1,63}){1,10}|[\u3005-\u30ff\u4e00-\u9fff]{1,63}\.(?:[a-z]{2,24}|[\u30a1-\u30ff\u4e00-\u9fff]{2,8}))`
/** Anything that has the shape of a target; what it is, its group says. */
export const CANDIDATE = new RegExp(
  [URL_SHAPE, SSH_REPOSITORY, CVE, DIGEST, HEX, IPV6, IPV4, NUMBER, NAME].join('|'),
  'giu',
)
/** The rest of a range: `192.0.2.10 - 192.0.2.20`, `192.0.2.10-20`. */
const RANGE_END = /\s?[-–~〜]\s?(\d{1,3}(?:\.\d{1,3}){3}(?![\w.])|\d{1,3}(?![\w.]))/y

/** Everything `text` names, in order. Pure; never throws. */
export function findTargets(text: string): FoundTarget[] {
  return findTargetsIn(normalise(text), text)
}

/** As `findTargets`, for a text already in normal form. */
export function findTargetsIn(normal: NormalText, text: string): FoundTarget[] {
  const found: FoundTarget[] = []
  const own = text.length > HELD_CHARS_MAX ? copied : (part: string) => part
  const read = (from: number, to: number): boolean => {
    const chunk = normal.text.slice(from, to)
    CANDIDATE.lastIndex = 0
    for (let hit = CANDIDATE.exec(chunk); hit !== null; hit = CANDIDATE.exec(chunk)) {
      const raw = trimmed(hit[0])
      const at = from + hit.index
      const start = normal.at(at)
      const end = normal.at(at + raw.length)
      if (found.length >= TARGETS_MAX) {
        // HOSTILE: what stands behind a long list is not out of sight.
        found.push(unresolvedTarget(own(text.slice(start, end)), start))
        return false
      }
      for (const named of readCandidate(hit.groups ?? {}, raw, normal.text, at)) {
        const { kind, value, homograph = false } = named
        found.push({ kind, value: own(value), raw: own(text.slice(start, end)), start, end, homograph })
      }
    }
    return true
  }
  eachChunk(normal.text, (start, end) => {
    if (!mayHoldTarget(normal.text, start, end)) return true
    return piecesOfRun(normal.text, start, end).every(([from, to]) => read(from, to))
  })
  return found
}

/** Stands for one or more targets that were not read. */
export function unresolvedTarget(raw: string, start = 0): FoundTarget {
  return { kind: 'url', value: UNRESOLVED, raw, start, end: start + raw.length, homograph: false }
}

/** A string of its own: a part of a text keeps the whole of it in memory, and readings are remembered. */
function copied(part: string): string {
  return Buffer.from(part, 'utf16le').toString('utf16le')
}

function readCandidate(
  groups: Record<string, string | undefined>,
  raw: string,
  text: string,
  at: number,
): Named[] {
  if (groups.url !== undefined) return fromUrl(raw)
  if (groups.scp !== undefined) return fromScp(raw, text, at)
  if (groups.cve !== undefined)
    return [{ kind: 'cve', value: raw.toUpperCase().replace(/^CVE.?((?:19|20)\d\d).(\d+)$/, 'CVE-$1-$2') }]
  if (groups.digest !== undefined || groups.hex !== undefined)
    return [{ kind: 'hash', value: raw.toLowerCase() }]
  if (groups.ipv6 !== undefined) return fromIpv6(raw)
  if (groups.ipv4 !== undefined) return fromIpv4(raw, text, at)
  if (groups.number !== undefined) return fromNumber(raw, text, at)
  const named = nameTarget(raw, text, at)
  return named.length > 0 ? named : fromJoined(raw, text, at)
}

/** `host_192.0.2.10`, `v192.0.2.10`, `192.0.2.10-old`: an address may be meant, so it is one. */
function fromJoined(raw: string, text: string, at: number): Named[] {
  const hit =
    /(?:^|[_-]|(?<![a-z])v)(\d{1,3}(?:\.\d{1,3}){3})(?![\w.])|(?:^|[_-])(\d{1,3}(?:\.\d{1,3}){3})(?=_)/i.exec(
      raw,
    )
  const address = hit?.[1] ?? hit?.[2]
  return hit === null || address === undefined
    ? []
    : fromIpv4(address, text, at + hit.index + hit[0].length - address.length)
}

/** Sentence marks and closing brackets at the end belong to the sentence. */
function trimmed(raw: string): string {
  let end = raw.length
  while (end > 0 && `.,;:!?'"”’`.includes(raw.charAt(end - 1))) end--
  const last = raw.charAt(end - 1)
  if (last !== ')' && last !== ']') return raw.slice(0, end)
  const opens = (raw.match(/[([]/g) ?? []).length
  const closes = (raw.match(/[)\]]/g) ?? []).length
  return raw.slice(0, closes > opens ? end - 1 : end)
}

/** HOSTILE: userinfo, backslashes, odd hosts. WHATWG parsing resolves them as a client would. */
function fromUrl(raw: string): Named[] {
  const refanged = raw.replace(/^hxxp/i, 'http').replace(/\[\.\]|\(\.\)/g, '.')
  const scheme = /^[a-z][a-z0-9+.-]*/i.exec(refanged)?.[0]?.toLowerCase() ?? ''
  if (scheme === 'file') return []
  const special = scheme === 'http' || scheme === 'https'
  const url = URL.parse(special ? refanged : refanged.replace(/^[^:]+/, 'http'))
  if (url === null || url.hostname === '') return []
  const repository = repositoryOf(url.hostname, url.pathname, scheme)
  if (repository !== null) return [{ kind: 'repository', value: repository }]
  const host = hostTarget(url.hostname, /[/\\]{2}(?:[^/\\?#]*@)?([^/\\?#:]+)/.exec(refanged)?.[1] ?? '')
  if (host === null) return []
  const path = url.pathname === '/' ? '/' : url.pathname
  const value = `${scheme}://${url.host}${path}${url.search}`
  return [{ kind: 'url', value, homograph: host.homograph ?? false }]
}

/** `git@host:owner/name` is a repository; `user@host:path` after ssh or scp names the host. */
function fromScp(raw: string, text: string, at: number): Named[] {
  const parts = /^([^@]+)@([^:]+):(.+)$/.exec(raw)
  const [, user = '', host = '', path = ''] = parts ?? []
  const repository = user === 'git' || path.endsWith('.git') ? repositoryOf(host, path, 'ssh') : null
  return repository === null ? nameTarget(host, text, at) : [{ kind: 'repository', value: repository }]
}

function fromIpv6(raw: string): Named[] {
  const [address = '', prefix] = raw.split('/')
  if (!/\d/.test(address)) return []
  if (prefix === undefined) {
    const canonical = canonicalIpv6(address)
    return canonical === null ? [] : [canonical]
  }
  const cidr = canonicalCidr(address.replace(/%.*/, ''), Number(prefix))
  return cidr === null ? [] : [{ kind: 'cidr', value: cidr }]
}

/** Words after which four numbers are a version, whatever joins them. */
const VERSION_BEFORE =
  /(?:\/|(?:version|release|build|ver\.?|バージョン|版)[\s:=は]{0,3}(?:[\w.]{0,12}[-_v])?)$/i

function fromIpv4(raw: string, text: string, at: number): Named[] {
  const before = text.slice(Math.max(0, at - 32), at)
  if (VERSION_BEFORE.test(before) && !/\/\/$/.test(before)) return []
  const [address = '', prefix] = raw.replace(/[[\]]/g, '').split('/')
  if (address.includes('*')) return fromWildcard(address)
  RANGE_END.lastIndex = at + raw.length
  const rangeEnd = prefix === undefined ? RANGE_END.exec(text)?.[1] : undefined
  const readings = readingsOfIpv4(address).filter((value) => !value.startsWith('255.') && value !== '0.0.0.0')
  return readings.flatMap((value): Named[] => {
    if (prefix !== undefined) return [networkOf(value, Number(prefix))]
    if (rangeEnd !== undefined) return rangeOf(value, rangeEnd)
    return [{ kind: 'ipv4', value }]
  })
}

function networkOf(value: string, prefix: number): Named {
  const cidr = canonicalCidr(value, prefix)
  return cidr === null ? { kind: 'ipv4', value } : { kind: 'cidr', value: cidr }
}

function rangeOf(value: string, rangeEnd: string): Named[] {
  const last = rangeEnd.includes('.') ? rangeEnd : value.replace(/\d+$/, rangeEnd)
  const cover = cidrsOfRange(value, last)
  if (cover.length === 0) return [{ kind: 'ipv4', value }]
  return cover.map((each) => ({ kind: each.includes('/') ? 'cidr' : 'ipv4', value: each }))
}

function fromWildcard(address: string): Named[] {
  const fixed = address.split('.').indexOf('*')
  const base = address.replaceAll('*', '0')
  const cidr = fixed === 0 ? null : canonicalCidr(base, fixed * 8)
  return cidr === null ? [] : [{ kind: 'cidr', value: cidr }]
}

const ADDRESS_CUE =
  /(?:\b(?:ip|host|address|against|target|ping|ssh|nmap|curl|scan|connect(?: to)?|at)|アドレス|ホスト|対象|宛先)[\s:=はを「"'`]*$/i

/** A bare number is an address only where the words before it say so. */
function fromNumber(raw: string, text: string, at: number): Named[] {
  if (!ADDRESS_CUE.test(text.slice(Math.max(0, at - 24), at))) return []
  return readingsOfIpv4(raw)
    .slice(0, 1)
    .map((value) => ({ kind: 'ipv4', value }))
}
