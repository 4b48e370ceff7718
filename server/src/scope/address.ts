/**
 * IP addresses and networks, read strictly.
 *
 * HOSTILE: `0300.0.2.1`, `2130706433` and `0x7f.1` mean different hosts to different programs, so none of them
 * is an address here. IPv4-mapped IPv6 is IPv4: a scope must not be left by spelling an address differently.
 */

export interface Network {
  readonly family: 4 | 6
  /** Network bits, host part zero. */
  readonly bits: bigint
  readonly prefix: number
  /** The bits of an IPv4 network as a number, 0 for IPv6: an engagement's assets are compared with every request. */
  readonly word: number
}

const BITS = { 4: 32, 6: 128 } as const
const MAPPED_HIGH_BITS = 0xffffn
const IPV4_GROUP = /^(?:0|[1-9]\d{0,2})$/
const IPV6_GROUP = /^[0-9a-f]{1,4}$/i
const PREFIX = /^(?:0|[1-9]\d{0,2})$/

/** One address, as a network of one; null for anything but the strict forms of RFC 791 and RFC 4291 §2.2. */
export function parseAddress(text: string): Network | null {
  const v4 = parseIpv4(text)
  if (v4 !== null) return networkOf(4, v4, 32)
  const v6 = parseIpv6(text)
  return v6 === null ? null : unmap(networkOf(6, v6, 128))
}

/** `address/prefix`; host bits are cleared, `exact` tells whether there were none. */
export function parseNetwork(text: string): { readonly network: Network; readonly exact: boolean } | null {
  const slash = text.indexOf('/')
  const prefixText = text.slice(slash + 1)
  if (slash < 0 || !PREFIX.test(prefixText)) return null
  const v4 = parseIpv4(text.slice(0, slash))
  const bits = v4 ?? parseIpv6(text.slice(0, slash))
  const family = v4 === null ? 6 : 4
  const prefix = Number(prefixText)
  if (bits === null || prefix > BITS[family]) return null
  const host = (1n << BigInt(BITS[family] - prefix)) - 1n
  return { network: unmap(networkOf(family, bits & ~host, prefix)), exact: (bits & host) === 0n }
}

/** Whether every address of `inner` is one of `outer`. */
export function contains(outer: Network, inner: Network): boolean {
  if (outer.family !== inner.family || outer.prefix > inner.prefix) return false
  if (outer.family === 4) return outer.prefix === 0 || (outer.word ^ inner.word) >>> (32 - outer.prefix) === 0
  const shift = BigInt(BITS[outer.family] - outer.prefix)
  return outer.bits >> shift === inner.bits >> shift
}

function networkOf(family: 4 | 6, bits: bigint, prefix: number): Network {
  return { family, bits, prefix, word: family === 4 ? Number(bits) : 0 }
}

function parseIpv4(text: string): bigint | null {
  const groups = text.split('.')
  if (groups.length !== 4) return null
  let bits = 0n
  for (const group of groups) {
    if (!IPV4_GROUP.test(group) || Number(group) > 255) return null
    bits = (bits << 8n) | BigInt(group)
  }
  return bits
}

function parseIpv6(text: string): bigint | null {
  const halves = text.split('::')
  if (halves.length > 2 || !text.includes(':')) return null
  const head = groupsOf(halves[0] ?? '', halves.length === 1)
  const tail = halves.length === 2 ? groupsOf(halves[1] ?? '', true) : []
  if (head === null || tail === null) return null
  const missing = 8 - head.length - tail.length
  // `::` stands for at least one group.
  if (halves.length === 1 ? missing !== 0 : missing < 1) return null
  const groups = [...head, ...Array<number>(missing).fill(0), ...tail]
  return groups.reduce((bits, group) => (bits << 16n) | BigInt(group), 0n)
}

/** Groups of one side of `::`; an IPv4 address may stand at the very end. */
function groupsOf(text: string, atEnd: boolean): number[] | null {
  if (text === '') return []
  const groups: number[] = []
  const parts = text.split(':')
  for (const [i, part] of parts.entries()) {
    if (atEnd && i === parts.length - 1 && part.includes('.')) {
      const v4 = parseIpv4(part)
      if (v4 === null) return null
      groups.push(Number(v4 >> 16n), Number(v4 & 0xffffn))
    } else if (IPV6_GROUP.test(part)) groups.push(Number.parseInt(part, 16))
    else return null
  }
  return groups
}

/** ::ffff:0:0/96 and what lies in it is IPv4. RFC 4291 §2.5.5.2. */
function unmap(network: Network): Network {
  if (network.family === 4 || network.prefix < 96 || network.bits >> 32n !== MAPPED_HIGH_BITS) return network
  return networkOf(4, network.bits & 0xffffffffn, network.prefix - 96)
}
