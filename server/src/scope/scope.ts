/**
 * Whether the targets a request names are among an engagement's assets.
 *
 * Structure only: address arithmetic, label boundaries, path segments; never a substring.
 * What cannot be parsed is unresolved, and unresolved is not in scope. Spec: docs/spec/directory.md §6.
 */
import type { Target, TargetKind } from '../boundary/index.ts'
import { contains, type Network, parseNetwork } from './address.ts'
import { type HostName, type Place, parsePlace } from './place.ts'

/** Widest networks an asset may be: wider ones are no inventory. */
const PREFIX_MIN = { 4: 8, 6: 32 } as const
/** Labels below which a wildcard would name a registry rather than an owner. */
const WILDCARD_LABELS_MIN = 2

/** Something of an institution that an engagement may name. */
export interface Asset {
  readonly id: string
  readonly kind: TargetKind | 'cloud_account' | 'container' | 'application'
  readonly value: string
  readonly criticality: 'ordinary' | 'critical' | 'designated'
}

/** Accounts and images are there for people: no request can name one. */
const CLOUD_ACCOUNT =
  /^(?:aws:\d{12}|azure:[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}|gcp:[a-z][a-z0-9-]{4,28}[a-z0-9])$/
const CONTAINER = /^(?:[a-z0-9][a-z0-9._/:-]{0,254}@)?sha256:[0-9a-f]{64}$/

type Criticality = Asset['criticality']
const RANK: Readonly<Record<Criticality, number>> = { ordinary: 0, critical: 1, designated: 2 }

/** What may be touched: an engagement, as far as scope is concerned. */
export interface Scope {
  readonly assets: readonly Asset[]
  /** Places of others inside those assets: never in scope. */
  readonly terms?: { readonly exclusions: readonly Pick<Asset, 'kind' | 'value'>[] }
}

/** Where the targets of a request stand against the assets. */
export interface ScopeResolution {
  readonly targets: 'none' | 'all_in_scope' | 'out_of_scope' | 'unresolved'
  readonly outOfScope: readonly Target[]
  readonly unresolved: readonly Target[]
  /** Highest criticality among the assets matched; `not_applicable` when none was. */
  readonly criticality: 'not_applicable' | Criticality
}

/** Assets are frozen values of a snapshot, so each is parsed once. */
const parsedAssets = new WeakMap<Asset, { readonly place: Place | null }>()

/**
 * Compares targets with the engagement's assets. Without an engagement nothing is in scope.
 *
 * `cve` and `hash` name things, not places, and are left out. One target outside makes the whole
 * `out_of_scope`; else one that cannot be read makes it `unresolved`.
 */
export function resolveScope(engagement: Scope | null, targets: readonly Target[]): ScopeResolution {
  const outOfScope: Target[] = []
  const unresolved: Target[] = []
  let criticality: ScopeResolution['criticality'] = 'not_applicable'
  let compared = 0
  for (const target of targets) {
    if (target.kind === 'cve' || target.kind === 'hash') continue
    compared++
    const place = parsePlace(target.kind, target.value)
    const matched = place === null ? [] : matching(engagement, place)
    if (place === null) unresolved.push(target)
    else if (matched.length === 0) outOfScope.push(target)
    for (const asset of matched) criticality = higher(criticality, asset.criticality)
  }
  return { targets: summary(compared, outOfScope, unresolved), outOfScope, unresolved, criticality }
}

/** The place an asset names, or null when it names none or one too wide to be an asset. */
export function parseAsset(asset: Pick<Asset, 'kind' | 'value'>): Place | 'application' | null {
  if (asset.kind === 'application') return 'application'
  if (asset.kind === 'cloud_account') return CLOUD_ACCOUNT.test(asset.value) ? 'application' : null
  if (asset.kind === 'container') return CONTAINER.test(asset.value) ? 'application' : null
  if (asset.kind === 'cidr' && parseNetwork(asset.value)?.exact !== true) return null
  const place = parsePlace(asset.kind, asset.value)
  if (place === null) return null
  if (place.kind === 'network' && place.network.prefix < PREFIX_MIN[place.network.family]) return null
  if (place.kind === 'host' && place.host.wildcard) {
    return place.host.name.split('.').length < WILDCARD_LABELS_MIN ? null : place
  }
  return place
}

function matching(engagement: Scope | null, place: Place): Asset[] {
  if (engagement === null || isExcluded(engagement, place)) return []
  return engagement.assets.filter((asset) => {
    const owned = placeOf(asset)
    return owned !== null && covers(owned, place)
  })
}

/** Overlap is enough, in either direction: a network that holds one excluded address is not all ours. */
function isExcluded({ terms }: Scope, place: Place): boolean {
  return (terms?.exclusions ?? []).some((each) => {
    const others = parseAsset(each)
    return others !== null && others !== 'application' && (covers(others, place) || covers(place, others))
  })
}

function placeOf(asset: Asset): Place | null {
  let entry = parsedAssets.get(asset)
  if (entry === undefined) {
    const place = parseAsset(asset)
    entry = { place: place === 'application' ? null : place }
    parsedAssets.set(asset, entry)
  }
  return entry.place
}

/** Whether acting on `place` stays within `owned`. */
function covers(owned: Place, place: Place): boolean {
  switch (owned.kind) {
    case 'network':
    case 'host': {
      const host = hostOf(place)
      return host !== null && coversHost(owned.kind === 'network' ? owned.network : owned.host, host)
    }
    case 'web':
      return (
        place.kind === 'web' &&
        owned.scheme === place.scheme &&
        owned.port === place.port &&
        coversHost(owned.host, place.host) &&
        startsWith(place.path, owned.path)
      )
    case 'repository':
      return coversRepository(owned, place)
  }
}

function hostOf(place: Place): Network | HostName | null {
  if (place.kind === 'network') return place.network
  if (place.kind === 'host') return place.host
  return place.kind === 'web' ? place.host : null
}

function coversHost(owned: Network | HostName, host: Network | HostName): boolean {
  if ('bits' in owned) return 'bits' in host && contains(owned, host)
  if ('bits' in host) return false
  if (!owned.wildcard) return !host.wildcard && owned.name === host.name
  // The dot makes the comparison one of labels: `*.bank.example` does not cover `evilbank.example`.
  return host.name.endsWith(`.${owned.name}`) || (host.wildcard && host.name === owned.name)
}

/** A repository, everything below an owner, or a web address inside the repository. */
function coversRepository(owned: Place & { kind: 'repository' }, place: Place): boolean {
  if (place.kind === 'repository') return owned.host === place.host && startsWith(place.path, owned.path)
  if (place.kind !== 'web' || 'bits' in place.host) return false
  const repository = parsePlace(
    'repository',
    `${place.host.name}/${place.path.slice(0, owned.path.length).join('/')}`,
  )
  return repository !== null && coversRepository(owned, repository)
}

function startsWith(path: readonly string[], start: readonly string[]): boolean {
  return start.length <= path.length && start.every((segment, i) => segment === path[i])
}

function higher(a: ScopeResolution['criticality'], b: Criticality): Criticality {
  return a !== 'not_applicable' && RANK[a] >= RANK[b] ? a : b
}

function summary(
  compared: number,
  outOfScope: readonly Target[],
  unresolved: readonly Target[],
): ScopeResolution['targets'] {
  if (compared === 0) return 'none'
  if (outOfScope.length > 0) return 'out_of_scope'
  return unresolved.length > 0 ? 'unresolved' : 'all_in_scope'
}
