/**
 * The front matter as a whole, and what it must not say about itself.
 *
 * Spec: docs/spec/agreement.md §3.
 */
import { type Agreement, ASSET_CLASSES, type Budget, type HoldRule } from './agreement.ts'
import { readBodies, readParties, readStops } from './bodies.ts'
import { readCustody, readDisclosure } from './custody.ts'
import { readAmendments, readOrders, readRollout } from './procedure.ts'
import { readAutonomy, readInstitutions, readSectorList, readStages, readTiers } from './rollout.ts'
import { readYaml } from './strict-yaml.ts'
import { byId, type YamlMapping } from './yaml-mapping.ts'

/** LIMIT: approvers of one hold, one grant, one engagement. */
const APPROVERS_MAX = 9
const PER_DAY_MAX = 1_000_000_000

/** What the front matter says; the rest of an agreement comes from its articles. */
export type FrontMatter = Omit<Agreement, 'digest' | 'documentText' | 'articles' | 'clauses' | 'schema'>

/** @throws {AgreementError} with the line in the document */
export function readFrontMatter(text: string, file: string, firstLine: number): FrontMatter {
  const { value, assumptions } = readYaml(text, file, firstLine, readTop)
  return { ...value, assumptions }
}

function readTop(top: YamlMapping): Omit<FrontMatter, 'assumptions'> {
  const parties = readParties(top)
  const sectorList = readSectorList(top)
  const sectors = byId(top, 'sectors', sectorList.sectors)
  const neverGranted = top.ids('never_granted')
  const bodies = readBodies(top, sectors)
  return {
    id: top.id('agreement'),
    version: top.integer('version', 1, 1_000_000),
    title: top.bilingual('title'),
    illustration: top.has('illustration') ? top.bilingual('illustration') : null,
    parties,
    bodies,
    sectorList,
    sectors,
    institutions: readInstitutions(top, sectors),
    tiers: readTiers(top),
    stages: readStages(top, neverGranted),
    neverGranted,
    autonomy: readAutonomy(top, sectors),
    stops: readStops(top, parties),
    amendments: readAmendments(top, parties),
    rollout: readRollout(top, parties, sectors, bodies),
    exportOrders: readOrders(top, parties),
    custody: readCustody(top, parties),
    disclosure: readDisclosure(top, parties),
    budgets: readBudgets(top),
    ...readApprovals(top),
  }
}

function readBudgets(top: YamlMapping): { person: Budget; institution: Budget } {
  const budgets = top.mapping('budgets')
  const read = (key: string): Budget => {
    const row = budgets.mapping(key)
    const budget = {
      requestsPerDay: row.integer('requests_per_day', 1, PER_DAY_MAX),
      tokensPerDay: row.integer('tokens_per_day', 1, PER_DAY_MAX * 1_000),
    }
    row.end()
    return budget
  }
  const value = { person: read('person'), institution: read('institution') }
  if (value.person.requestsPerDay > value.institution.requestsPerDay) {
    budgets.fail(
      'agreement_threshold_impossible',
      'a person may not have more than the institution',
      'person',
    )
  }
  budgets.end()
  return value
}

function readApprovals(
  top: YamlMapping,
): Pick<FrontMatter, 'engagementApprovals' | 'grants' | 'grantApprovals' | 'holds'> {
  const engagements = top.mapping('engagements')
  const engagementApprovals = engagements.integer('approvals', 1, APPROVERS_MAX)
  engagements.end()
  const grants = top.mapping('grants')
  const limits = {
    requestsMax: grants.integer('requests_max', 1, 10_000),
    minutesMax: grants.integer('minutes_max', 1, 7 * 24 * 60),
  }
  const row = grants.mapping('approvals')
  const [ordinary, critical, designated] = ASSET_CLASSES.map((name) => row.integer(name, 1, APPROVERS_MAX))
  row.end()
  grants.end()
  const holds = top.mappings(
    'holds',
    (item): HoldRule => ({
      id: item.id('id'),
      count: item.integer('count', 1, APPROVERS_MAX),
      roles: item.ids('roles'),
    }),
  )
  const nobody = holds.find((hold) => hold.roles.length === 0)
  if (nobody !== undefined) {
    top.fail('agreement_threshold_impossible', `nobody may approve hold \`${nobody.id}\``, 'holds')
  }
  return {
    engagementApprovals,
    grants: limits,
    // ASSET_CLASSES has exactly these three, in this order.
    grantApprovals: { ordinary: ordinary!, critical: critical!, designated: designated! },
    holds: byId(top, 'holds', holds),
  }
}
