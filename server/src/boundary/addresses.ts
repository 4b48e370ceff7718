/**
 * Canonical forms of network addresses, with the tricks that give one address many spellings.
 *
 * Spec: docs/spec/boundary.md §5. HOSTILE: octal, hexadecimal and decimal IPv4, IPv4-mapped IPv6, host bits set in
 * a CIDR. Where a spelling has two readings (`010.0.0.1`), both are returned: a target that may be meant is a target.
 */
import { isIPv6 } from 'node:net'

/** Dotted quad of a 32-bit number. */
export function formatIpv4(value: number): string {
  return [24, 16, 8, 0].map((shift) => (value >>> shift) & 255).join('.')
}

/** 32-bit number of a plain dotted quad (decimal, no leading zeros), or null. */
export function parseIpv4(text: string): number | null {
  const parts = text.split('.')
  if (parts.length !== 4) return null
  let value = 0
  for (const part of parts) {
    if (!/^(?:0|[1-9]\d{0,2})$/.test(part) || Number(part) > 255) return null
    value = value * 256 + Number(part)
  }
  return value
}

/** Every address that a spelling of IPv4 may mean: 1–4 parts, decimal, octal (leading 0) or hexadecimal (0x). */
export function readingsOfIpv4(text: string): string[] {
  // Nearly every address is plain, and then has one reading: itself.
  if (isPlainQuad(text)) return [text]
  const parts = text.split('.')
  if (parts.length > 4) return []
  const lax = assemble(parts.map(parsePart))
  const padded = parts.every((part) => /^\d+$/.test(part)) ? assemble(parts.map(Number)) : null
  return [...new Set([lax, padded].filter((value) => value !== null).map(formatIpv4))]
}

/** Whether `text` is a dotted quad in its own canonical form. */
function isPlainQuad(text: string): boolean {
  let dots = 0
  let part = -1
  for (let i = 0; i <= text.length; i++) {
    const code = i < text.length ? text.charCodeAt(i) : DOT
    if (code === DOT) {
      if (part < 0) return false
      part = -1
      dots++
    } else if (code < 48 || code > 57 || part === 0) return false
    else part = part < 0 ? code - 48 : part * 10 + code - 48
    if (part > 255) return false
  }
  return dots === 4
}

const DOT = 46

/** inet_aton's rule for one part; NaN when it is none. */
function parsePart(part: string): number {
  if (/^0x[0-9a-f]+$/i.test(part)) return Number.parseInt(part.slice(2), 16)
  if (/^0[0-7]+$/.test(part)) return Number.parseInt(part, 8)
  return /^\d+$/.test(part) ? Number(part) : Number.NaN
}

/** The last part fills all bytes that remain. */
function assemble(parts: readonly number[]): number | null {
  const last = parts.at(-1)
  if (last === undefined || parts.some((part) => !Number.isInteger(part))) return null
  const head = parts.slice(0, -1)
  if (head.some((part) => part > 255) || last >= 256 ** (5 - parts.length)) return null
  return head.reduce((value, part, index) => value + part * 256 ** (3 - index), last)
}

/** Canonical IPv6 (RFC 5952), or the IPv4 address it carries (mapped, NAT64); null when it is not IPv6. */
export function canonicalIpv6(
  text: string,
): { readonly kind: 'ipv4' | 'ipv6'; readonly value: string } | null {
  const bare = text.replace(/%.*$/, '')
  if (!isIPv6(bare)) return null
  const value = new URL(`http://[${bare}]`).hostname.slice(1, -1)
  const carried = /^(?:::ffff:|64:ff9b::)([0-9a-f]{1,4}):([0-9a-f]{1,4})$/.exec(value)
  if (carried === null) return { kind: 'ipv6', value }
  const high = Number.parseInt(carried[1] ?? '', 16)
  return { kind: 'ipv4', value: formatIpv4(high * 65536 + Number.parseInt(carried[2] ?? '', 16)) }
}

/** A network with its host bits cleared; null when the prefix is out of range. */
export function canonicalCidr(address: string, prefix: number): string | null {
  const ipv4 = parseIpv4(address)
  if (ipv4 !== null) {
    if (prefix > 32) return null
    const mask = prefix === 0 ? 0 : (0xffffffff << (32 - prefix)) >>> 0
    return `${formatIpv4((ipv4 & mask) >>> 0)}/${prefix}`
  }
  const ipv6 = canonicalIpv6(address)
  if (ipv6 === null || prefix > 128) return null
  if (ipv6.kind === 'ipv4') return prefix >= 96 ? canonicalCidr(ipv6.value, prefix - 96) : null
  const bits = (groupsOf(ipv6.value) >> BigInt(128 - prefix)) << BigInt(128 - prefix)
  const groups = Array.from({ length: 8 }, (_, i) => ((bits >> BigInt(112 - 16 * i)) & 0xffffn).toString(16))
  return `${canonicalIpv6(groups.join(':'))?.value ?? ''}/${prefix}`
}

function groupsOf(ipv6: string): bigint {
  const [head = '', tail] = ipv6.split('::')
  const left = head === '' ? [] : head.split(':')
  const right = tail === undefined || tail === '' ? [] : tail.split(':')
  const groups = [...left, ...Array.from({ length: 8 - left.length - right.length }, () => '0'), ...right]
  return groups.reduce((bits, group) => (bits << 16n) | BigInt(Number.parseInt(group, 16)), 0n)
}

/** Networks that cover the addresses `from`–`to` exactly; `[]` when the range is empty. */
export function cidrsOfRange(from: string, to: string): string[] {
  let at = parseIpv4(from) ?? 1
  const end = parseIpv4(to) ?? 0
  const cidrs: string[] = []
  while (at <= end) {
    let bits = 0
    while (bits < 32 && at % 2 ** (bits + 1) === 0 && at + 2 ** (bits + 1) - 1 <= end) bits++
    cidrs.push(bits === 0 ? formatIpv4(at) : `${formatIpv4(at)}/${32 - bits}`)
    at += 2 ** bits
  }
  return cidrs
}
