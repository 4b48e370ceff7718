/**
 * Names never suffice: what a name resolves to must be in scope too, when it is decided and again when it is done.
 *
 * Spec: docs/spec/engagement.md §6. Threat: a name in scope that points elsewhere, at once or a moment later (DNS
 * rebinding), and a redirect that leads away. The resolver is handed in: without one (no network, the default) names are
 * compared by structure alone, and nothing is looked up. HOSTILE: what a name server answers.
 */
import { type Target, UNRESOLVED } from '../boundary/index.ts'
import { parseAddress } from './address.ts'
import { parsePlace } from './place.ts'
import { resolveScope, type Scope } from './scope.ts'

/** Addresses that one name may have; a longer list is no host of ours. */
const ADDRESSES_MAX = 32

export interface NameResolver {
  /** Every address of `name`, as text. */
  addresses(name: string): Promise<readonly string[]>
}

export interface NameResolution {
  readonly targets: 'none' | 'all_in_scope' | 'out_of_scope' | 'unresolved'
  /** Addresses of each name, sorted: what execution connects to, never the name. */
  readonly pins: ReadonlyMap<string, readonly string[]>
}

/** Whether every target, and every address behind its name, is in scope. @param resolver null where nothing is looked up */
export async function resolveNames(
  scope: Scope | null,
  targets: readonly Target[],
  resolver: NameResolver | null,
): Promise<NameResolution> {
  const structure = resolveScope(scope, targets).targets
  const pins = new Map<string, readonly string[]>()
  if (resolver === null || structure !== 'all_in_scope') return { targets: structure, pins }
  let worst: NameResolution['targets'] = 'all_in_scope'
  for (const name of namesOf(targets)) {
    const found = await lookUp(scope, name, resolver)
    if (found.state === 'all_in_scope') pins.set(name, found.addresses)
    else if (worst !== 'out_of_scope') worst = found.state
  }
  return { targets: worst, pins: worst === 'all_in_scope' ? pins : new Map() }
}

/** What a decision is taken on: the targets, with the addresses behind their names, which are targets as well. */
export interface LookedUp {
  readonly targets: readonly Target[]
  readonly pins: ReadonlyMap<string, readonly string[]>
}

/**
 * The targets and the addresses behind their names, so that deciding stays pure and the record shows what was compared.
 *
 * Nothing is looked up unless every target is in scope by structure: a log names hosts of attackers, and asking for one tells them.
 *
 * @param resolver null where nothing is looked up
 */
export async function withAddresses(
  scope: Scope | null,
  targets: readonly Target[],
  resolver: NameResolver | null,
): Promise<LookedUp> {
  const pins = new Map<string, readonly string[]>()
  if (resolver === null || resolveScope(scope, targets).targets !== 'all_in_scope') return { targets, pins }
  const added: Target[] = []
  for (const name of namesOf(targets)) {
    const addresses = await addressesOf(name, resolver)
    if (addresses === null) added.push({ kind: 'url', value: UNRESOLVED, raw: name, segment: 0 })
    else pins.set(name, addresses)
    for (const value of addresses ?? []) added.push(addressTarget(value, name))
  }
  return { targets: [...targets, ...added], pins }
}

/** Asks again right before something is done: a name that leads to any address it was not decided on with, or null. */
export async function findMoved(
  pins: ReadonlyMap<string, readonly string[]>,
  resolver: NameResolver | null,
): Promise<string | null> {
  if (resolver === null) return null
  for (const [name, pinned] of pins) {
    const now = await addressesOf(name, resolver)
    if (now === null || now.some((address) => !pinned.includes(address))) return name
  }
  return null
}

/**
 * Asks again right before something is done.
 *
 * @returns the addresses to connect to; null when the name now leads anywhere outside, or nowhere
 */
export async function confirmName(
  scope: Scope | null,
  name: string,
  resolver: NameResolver,
): Promise<readonly string[] | null> {
  const found = await lookUp(scope, name, resolver)
  return found.state === 'all_in_scope' ? found.addresses : null
}

/** Where a redirect leads: decided about like a target of its own. Null: it is no place that can be told. */
export async function followRedirect(
  scope: Scope | null,
  from: string,
  location: string,
  resolver: NameResolver | null,
): Promise<{ readonly url: string; readonly resolution: NameResolution } | null> {
  // Resolved by hand where it is absolute: URL parsers take away user names, backslashes and odd digits.
  const absolute = /^[a-z][a-z0-9+.-]*:/i.test(location) || location.startsWith('//')
  const url = location.startsWith('//')
    ? `${schemeOf(from)}${location}`
    : absolute
      ? location
      : joined(from, location)
  if (url === null || parsePlace('url', url) === null) return null
  const target: Target = { kind: 'url', value: url, raw: location, segment: 0 }
  return { url, resolution: await resolveNames(scope, [target], resolver) }
}

function schemeOf(url: string): string {
  return url.slice(0, url.indexOf(':') + 1)
}

function joined(from: string, location: string): string | null {
  try {
    return new URL(location, from).href
  } catch {
    return null
  }
}

async function lookUp(scope: Scope | null, name: string, resolver: NameResolver) {
  const addresses = await addressesOf(name, resolver)
  if (addresses === null) return { state: 'unresolved', addresses: [] as readonly string[] } as const
  const { targets: state } = resolveScope(
    scope,
    addresses.map((value) => addressTarget(value, value)),
  )
  return { state: state === 'none' ? 'unresolved' : state, addresses } as const
}

/** Every address of a name, sorted; null when they cannot be told. */
async function addressesOf(name: string, resolver: NameResolver): Promise<readonly string[] | null> {
  let answers: readonly string[]
  try {
    answers = await resolver.addresses(name)
  } catch {
    return null
  }
  if (answers.length === 0 || answers.length > ADDRESSES_MAX) return null
  // One form an address: what a name server writes in octal, or with a zone, is no address.
  if (answers.some((each) => parseAddress(each) === null)) return null
  return [...new Set(answers)].sort()
}

function addressTarget(value: string, raw: string): Target {
  return { kind: value.includes(':') ? 'ipv6' : 'ipv4', value, raw, segment: 0 }
}

/** Host names among the targets, each once; addresses speak for themselves. */
function namesOf(targets: readonly Target[]): Set<string> {
  const names = new Set<string>()
  for (const { kind, value } of targets) {
    const place = kind === 'cve' || kind === 'hash' ? null : parsePlace(kind, value)
    const host = place?.kind === 'host' || place?.kind === 'web' ? place.host : null
    if (host !== null && 'name' in host) names.add(host.name)
  }
  return names
}
