/**
 * Dotted words: which are domain names, which are file names, members of objects or ends of sentences.
 *
 * Spec: docs/spec/boundary.md §5. HOSTILE: internationalised names in punycode or in another script's lookalikes.
 */
import { domainToASCII, domainToUnicode } from 'node:url'
import { canonicalIpv6, parseIpv4 } from './addresses.ts'
import { repositoryOf } from './repositories.ts'
import type { Named } from './targets.ts'
import { AMBIGUOUS_TLDS, TLDS } from './tlds.ts'

const CUE_BEFORE =
  /(?:\b(?:domain|host(?:name)?|site|server|website|against|target(?:s|ing)?|at|on|visit|dns|whois|dig|ping|ssh|scp|nmap|curl|wget|scan|attack|exploit|breach|hack)|ドメイン|サイト|サーバー?|ホスト|対象|宛先|https?:\/\/|@|www\.)[\s:=はを「"'`(]*$/i
const CUE_AFTER =
  /^[\s」"'`)]*(?:\/|:\d|に対し|へ(?:の|侵入|攻撃)|を(?:攻撃|スキャン|侵害|診断)|のサーバ|というドメイン|domain\b|server\b|site\b|host\b)/i
const SSH_BEFORE = /\b(?:ssh|scp|sftp|rsync)\b[^\n]{0,40}$/i
const EMAIL_BEFORE = /[\p{L}\p{N}._%+-]@$/u
/** Letters of other scripts that imitate Latin ones. */
const LOOKALIKE = /[\u0370-\u03ff\u0400-\u052f\u13a0-\u13f5]/

/** The target that a dotted word at `at` is; none when it is a file, a member, or the end of a sentence. */
export function nameTarget(raw: string, text: string, at: number): Named[] {
  const name = raw.replace(/\[?[.．。]\]?/g, '.')
  const before = text.slice(Math.max(0, at - 48), at)
  const after = text.slice(at + raw.length, at + raw.length + 64)
  const forge = /^(?:www\.)?(?:github|gitlab)\.com$|^bitbucket\.org$|^codeberg\.org$/i.test(name)
  const path = forge ? /^\/[\w.-]+\/[\w.-]+/.exec(after)?.[0] : undefined
  const repository =
    path === undefined ? null : repositoryOf(name.toLowerCase(), path.replace(/\.$/, ''), 'https')
  if (repository !== null) return [{ kind: 'repository', value: repository }]
  if (!isDomain(name, raw, before, after)) return []
  const target = hostTarget(name, name)
  return target === null ? [] : [target]
}

/** A host in canonical form. `typed` is how it was written, for the lookalike check. */
export function hostTarget(host: string, typed: string): Named | null {
  const bare = host.replace(/^\[|\]$/g, '').replace(/\.$/, '')
  if (parseIpv4(bare) !== null) return { kind: 'ipv4', value: bare }
  const ipv6 = bare.includes(':') ? canonicalIpv6(bare) : null
  if (ipv6 !== null) return ipv6
  const value = domainToASCII(bare.toLowerCase())
  if (value === '') return null
  return { kind: 'domain', value, homograph: isHomograph(typed) || isHomograph(domainToUnicode(value)) }
}

function isHomograph(name: string): boolean {
  return name.split('.').some((label) => LOOKALIKE.test(label) && !/[ぁ-んァ-ヶ一-龠]/.test(label))
}

function isDomain(name: string, raw: string, before: string, after: string): boolean {
  const labels = name.split('.')
  const tld = labels.at(-1)?.toLowerCase() ?? ''
  if (!TLDS.has(tld) && !tld.startsWith('xn--') && !/[^ -~]/.test(tld)) return false
  if (
    /[^ -~]/.test(tld) &&
    !/^(?:みんな|コム|セール|ファッション|ストア|рф|中国|中國|한국|公司|网络)$/.test(tld)
  )
    return false
  if (labels.some((label) => label.startsWith('-') || label.endsWith('-') || label === '')) return false
  // A path before it (`/var/log/app.info`) or a call after it (`os.name(`) makes it code.
  if (/[\\$#]$|[^/:]\/$|(?:^|[^\p{L}\p{N}])\.$/u.test(before) || /^\s?\(|^\[|^\\|^=[^=]/.test(after))
    return false
  if (EMAIL_BEFORE.test(before)) return SSH_BEFORE.test(before)
  if (raw.includes('。') && !/^[ -~]/.test(labels.at(-1) ?? '')) return false
  if (labels.length === 2 && /^\d+$/.test(labels[0] ?? '')) return CUE_BEFORE.test(before)
  // `done.So`: a capital that begins a sentence.
  if (/^[A-Z][a-z]/.test(labels.at(-1) ?? '')) return false
  const files = labels.length === 2 || FILE_TLDS.has(tld)
  if (!AMBIGUOUS_TLDS.has(tld) || !files) return true
  return CUE_BEFORE.test(before) || CUE_AFTER.test(after) || raw.includes('[')
}

/** Endings of files even behind several dots: `main.test.ts`, `archive.tar.gz`. */
const FILE_TLDS = new Set([
  'md',
  'py',
  'rs',
  'sh',
  'pl',
  'zip',
  'ts',
  'gz',
  'cc',
  'ps',
  'so',
  'rb',
  'ml',
  'mm',
  'sql',
  'pm',
])
