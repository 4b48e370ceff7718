/**
 * Front matter, second half: sectors, institutions, tiers, stages and autonomy ceilings.
 *
 * Spec: docs/spec/agreement.md §3.
 */
import {
  type AdmittedInstitution,
  ASSET_CLASSES,
  type AssetClass,
  AUTONOMY_LEVELS,
  type AutonomyLevel,
  type Sector,
  type SectorList,
  STAGE_IDS,
  type Stage,
  type StageId,
  TIER_IDS,
  type Tier,
  type TierId,
} from './agreement.ts'
import { byId, type YamlMapping } from './yaml-mapping.ts'

type Ceilings = Readonly<Record<AssetClass, AutonomyLevel>>

export function readSectorList(top: YamlMapping): SectorList {
  const list = top.mapping('sectors')
  const sectors = list.mappings(
    'entries',
    (item): Sector => ({
      id: item.id('id'),
      en: item.string('en'),
      ja: item.string('ja'),
      stage: item.oneOf('stage', STAGE_IDS),
    }),
  )
  byId(list, 'entries', sectors)
  const value = {
    id: list.id('list'),
    version: list.string('version'),
    source: list.string('source'),
    sectors,
  }
  list.end()
  return value
}

export function readInstitutions(
  top: YamlMapping,
  sectors: ReadonlyMap<string, Sector>,
): ReadonlyMap<string, AdmittedInstitution> {
  const institutions = top.mappings('institutions', (item) => {
    const sector = item.id('sector')
    if (!sectors.has(sector))
      item.fail('agreement_sector_unknown', `no sector \`${sector}\` in the list`, 'sector')
    return {
      id: item.id('id'),
      sector,
      jurisdiction: item.matching('jurisdiction', /^[A-Z]{2}$/, 'two capital letters (ISO 3166-1)'),
      name: item.bilingual('name'),
    }
  })
  return byId(top, 'institutions', institutions)
}

/** Every tier the facts know must be described. @throws {AgreementError} `agreement_tier_missing` */
export function readTiers(top: YamlMapping): ReadonlyMap<TierId, Tier> {
  const tiers = top.mappings('tiers', (item) => ({
    id: item.oneOf('id', TIER_IDS),
    name: item.bilingual('name'),
    restricted: item.boolean('restricted'),
  }))
  const map = byId(top, 'tiers', tiers)
  const missing = TIER_IDS.find((id) => !map.has(id))
  if (missing !== undefined)
    top.fail('agreement_tier_missing', `tier \`${missing}\` is not described`, 'tiers')
  return map
}

/**
 * Stages in rollout order, each adding capabilities to those before it; `closed` grants nothing.
 *
 * @throws {AgreementError} `agreement_stage_missing`, `agreement_stage_empty`, `agreement_capability_conflict`
 */
export function readStages(top: YamlMapping, neverGranted: readonly string[]): ReadonlyMap<StageId, Stage> {
  const entries = top.mappings('stages', (item) => ({
    id: item.oneOf('id', STAGE_IDS),
    name: item.bilingual('name'),
    adds: item.ids('adds'),
  }))
  const described = byId(top, 'stages', entries)
  const stages = new Map<StageId, Stage>()
  const granted = new Set<string>()
  for (const id of STAGE_IDS) {
    const entry = described.get(id)
    if (entry === undefined) top.fail('agreement_stage_missing', `stage \`${id}\` is not described`, 'stages')
    if ((id === 'closed') !== (entry.adds.length === 0)) {
      const message = id === 'closed' ? '`closed` grants nothing' : `stage \`${id}\` adds no capability`
      top.fail('agreement_stage_empty', message, 'stages')
    }
    for (const capability of entry.adds) {
      if (granted.has(capability) || neverGranted.includes(capability)) {
        const message = `stage \`${id}\` adds \`${capability}\`, which an earlier stage grants or none may`
        top.fail('agreement_capability_conflict', message, 'stages')
      }
      granted.add(capability)
    }
    stages.set(id, { ...entry, capabilities: new Set(granted) })
  }
  return stages
}

/** Ceilings by sector; a sector without its own line has those of `default`. */
export function readAutonomy(
  top: YamlMapping,
  sectors: ReadonlyMap<string, Sector>,
): ReadonlyMap<string, Ceilings> {
  const table = top.mapping('autonomy')
  const fallback = readCeilings(table, 'default')
  const ceilings = new Map([...sectors.keys()].map((sector) => [sector, fallback]))
  for (const key of table.keys()) {
    if (key === 'default') continue
    if (!ceilings.has(key)) table.fail('agreement_sector_unknown', `no sector \`${key}\` in the list`, key)
    ceilings.set(key, readCeilings(table, key))
  }
  table.end()
  return ceilings
}

function readCeilings(table: YamlMapping, key: string): Ceilings {
  const row = table.mapping(key)
  const [ordinary, critical, designated] = ASSET_CLASSES.map((name) => row.oneOf(name, AUTONOMY_LEVELS))
  row.end()
  // ASSET_CLASSES has exactly these three, in this order.
  return { ordinary: ordinary!, critical: critical!, designated: designated! }
}
