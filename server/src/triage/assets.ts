/** The institution's list of assets: which host an event came from, and how much that host matters. */
import { BlockList, isIP } from 'node:net'
import { parse } from 'yaml'
import { TriageError } from './error.ts'

const ASSETS_MAX = 100_000

export const CRITICALITIES = ['ordinary', 'critical', 'designated'] as const
export type Criticality = (typeof CRITICALITIES)[number]

export interface TriageAsset {
  readonly id: string
  readonly owner: string | null
  readonly criticality: Criticality
  /** Host names, in lower case, addresses and networks. */
  readonly hosts: readonly string[]
}

export interface Assets {
  readonly count: number
  /** The asset a host belongs to; by name first, then by address. Null for a host nobody listed. */
  find(host: string | null): TriageAsset | null
}

/**
 * @param text YAML or JSON: `assets: [{id, hosts: [name | address | network], criticality, owner}]`
 * @throws {TriageError} `triage_assets_malformed`
 */
export function parseAssets(text: string): Assets {
  let document: unknown
  try {
    document = parse(text, { maxAliasCount: 0, uniqueKeys: true })
  } catch (cause) {
    throw malformed(`not YAML: ${(cause as Error).message.split('\n')[0]}`, cause)
  }
  const list = (document as { assets?: unknown } | null)?.assets
  if (!Array.isArray(list)) throw malformed('`assets` is not a list')
  if (list.length > ASSETS_MAX) throw malformed(`${list.length} assets, limit is ${ASSETS_MAX}`)
  return assetsOf(list.map(readAsset))
}

export const NO_ASSETS: Assets = { count: 0, find: () => null }

const MEMBERS = new Set(['id', 'owner', 'criticality', 'hosts'])

function readAsset(value: unknown, index: number): TriageAsset {
  const where = `asset ${index + 1}`
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw malformed(`${where} is not a mapping`)
  const { id, owner, criticality, hosts } = value as Record<string, unknown>
  const unknown = Object.keys(value).find((key) => !MEMBERS.has(key))
  if (unknown !== undefined) throw malformed(`${where}: unknown key \`${unknown.slice(0, 60)}\``)
  if (typeof id !== 'string' || id === '') throw malformed(`${where}: no \`id\``)
  const grade = CRITICALITIES.find((one) => one === (criticality ?? 'ordinary'))
  if (grade === undefined)
    throw malformed(`${where}: \`criticality\` is one of \`${CRITICALITIES.join('`, `')}\``)
  if (!Array.isArray(hosts) || hosts.some((host) => typeof host !== 'string' || host === '')) {
    throw malformed(`${where}: \`hosts\` is not a list of names, addresses and networks`)
  }
  if (owner !== undefined && typeof owner !== 'string') throw malformed(`${where}: \`owner\` is not a text`)
  return {
    id,
    owner: owner ?? null,
    criticality: grade,
    hosts: hosts.map((host: string) => host.toLowerCase()),
  }
}

function assetsOf(list: readonly TriageAsset[]): Assets {
  const names = new Map<string, TriageAsset>()
  const networks: { readonly asset: TriageAsset; readonly block: BlockList }[] = []
  for (const asset of list) {
    for (const host of asset.hosts) {
      const block = networkOf(host)
      if (block !== null) networks.push({ asset, block })
      else if (names.has(host)) throw malformed(`\`${host}\` belongs to two assets`)
      else names.set(host, asset)
    }
  }
  return {
    count: list.length,
    find(host) {
      if (host === null) return null
      const name = host.toLowerCase()
      const family = isIP(name)
      if (family === 0) return names.get(name) ?? names.get(name.split('.')[0] ?? name) ?? null
      const kind = family === 4 ? 'ipv4' : 'ipv6'
      return names.get(name) ?? networks.find(({ block }) => block.check(name, kind))?.asset ?? null
    },
  }
}

function networkOf(host: string): BlockList | null {
  const [address = '', bits] = host.split('/')
  if (bits === undefined) return null
  const family = isIP(address)
  const prefix = /^\d{1,3}$/.test(bits) ? Number(bits) : -1
  if (family === 0 || prefix < 0 || prefix > (family === 4 ? 32 : 128))
    throw malformed(`\`${host.slice(0, 60)}\` is not a network`)
  const block = new BlockList()
  block.addSubnet(address, prefix, family === 4 ? 'ipv4' : 'ipv6')
  return block
}

function malformed(why: string, cause?: unknown): TriageError {
  return new TriageError('triage_assets_malformed', `list of assets: ${why}`, { cause })
}
