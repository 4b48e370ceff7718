/**
 * Export control as data: legal bases with their scope and conditions, named lists, orders, classes of persons.
 *
 * Nothing here is legal advice and nothing is hard-coded law: what a licence covers is stated, signed and dated by its owner.
 * Spec: docs/spec/emergency.md §3–6.
 */
import type { Bilingual, TierId } from '../agreement/index.ts'
import { entry, type Rec } from './record.ts'

export const BASIS_KINDS = ['licence', 'memorandum', 'exception', 'statute'] as const
export const ORIGIN_CLASSES = ['party', 'listed_partner', 'other'] as const
export type OriginClass = (typeof ORIGIN_CLASSES)[number]
export type EmployerClass = 'employee' | 'contractor' | 'integrator'

/** A duty under a basis: what, whose, until when. */
export interface Condition {
  readonly id: string
  readonly text: Bilingual
  /** Party or institution that owes it. */
  readonly owner: string
  readonly dueMs: number | null
  readonly fulfilled: { readonly evidence: string; readonly atMs: number } | null
}

export interface LegalBasis {
  readonly id: string
  readonly kind: (typeof BASIS_KINDS)[number]
  /** Party that granted it, and how it is cited. */
  readonly owner: string
  readonly reference: string
  readonly tiers: readonly TierId[]
  /** Institutions inside; empty: every admitted one. */
  readonly institutions: readonly string[]
  readonly nationality: readonly OriginClass[]
  readonly location: readonly OriginClass[]
  readonly employers: readonly EmployerClass[]
  /** Persons inside whatever their nationality. */
  readonly persons: readonly string[]
  /** Employees of the institutions listed here are inside whatever their nationality. */
  readonly foreignStaffOf: readonly string[]
  /** Whether use from outside the parties is covered. */
  readonly reexport: boolean
  /** Whether persons of the class `specified` under Japan's deemed-export rule are covered. */
  readonly deemedExport: boolean
  readonly conditions: readonly Condition[]
  readonly fromMs: number
  readonly untilMs: number | null
  readonly withdrawn: boolean
}

export interface EntityList {
  readonly id: string
  readonly owner: string
  readonly title: Bilingual
  readonly reference: string
  readonly entries: readonly { readonly kind: 'person' | 'institution' | 'integrator'; readonly id: string }[]
  readonly untilMs: number | null
}

/** From a time on, only those inside the named bases: one authority alone, citing its legal basis. */
export interface ExportOrder {
  readonly id: string
  readonly by: string
  readonly reference: string
  readonly reason: string
  readonly tiers: readonly TierId[]
  readonly bases: readonly string[]
  readonly fromMs: number
  readonly untilMs: number | null
}

/** Class under Japan's own deemed-export rule, as the employer established it. */
export interface ExportClass {
  readonly actor: string
  readonly deemedExport: 'specified' | 'not_specified'
  readonly untilMs: number
}

export interface ExportView {
  readonly bases: Rec<LegalBasis>
  readonly lists: Rec<EntityList>
  readonly orders: readonly ExportOrder[]
  readonly exportClasses: Rec<ExportClass>
}

/** Who asks for what, in the classes that bases speak of. */
export interface ExportSubject {
  readonly actor: string
  readonly institution: string
  /** Employer: the institution, or an integrator. */
  readonly employedBy: string
  readonly employer: EmployerClass
  readonly nationality: string
  readonly location: string
  readonly tier: TierId
}

export interface ExportFacts {
  readonly entity_list: 'clear' | 'listed'
  readonly legal_basis: 'in_force' | 'lapsed' | 'missing'
  readonly deemed_export: 'cleared' | 'required' | 'unknown'
  readonly reexport: 'not_applicable' | 'granted' | 'not_granted' | 'unknown'
  readonly export_order: 'none' | 'inside' | 'outside'
}

/** What the records say of this subject now; tiers that nothing restricts are the caller's matter. */
export function exportFacts(view: ExportView, subject: ExportSubject, nowMs: number): ExportFacts {
  const covering = Object.values(view.bases).filter((basis) => covers(basis, subject))
  const inForce = covering.filter((basis) => isInForce(basis, nowMs))
  return {
    entity_list: isListed(view.lists, subject, nowMs) ? 'listed' : 'clear',
    legal_basis: inForce.length > 0 ? 'in_force' : covering.length > 0 ? 'lapsed' : 'missing',
    deemed_export: deemedExport(entry(view.exportClasses, subject.actor), inForce, nowMs),
    reexport: reexport(subject.location, inForce),
    export_order: underOrders(view, subject, nowMs),
  }
}

export function isInForce({ withdrawn, fromMs, untilMs }: LegalBasis, nowMs: number): boolean {
  return !withdrawn && nowMs >= fromMs && (untilMs === null || nowMs < untilMs)
}

export function isOrderInForce({ fromMs, untilMs }: ExportOrder, nowMs: number): boolean {
  return nowMs >= fromMs && (untilMs === null || nowMs < untilMs)
}

/** Whether the subject is inside the scope, whatever the time. */
export function covers(basis: LegalBasis, subject: ExportSubject): boolean {
  if (!basis.tiers.includes(subject.tier)) return false
  if (basis.institutions.length > 0 && !basis.institutions.includes(subject.institution)) return false
  if (!basis.employers.includes(subject.employer)) return false
  const byName =
    basis.persons.includes(subject.actor) ||
    (subject.employer === 'employee' && basis.foreignStaffOf.includes(subject.employedBy))
  const nationality = byName || (basis.nationality as readonly string[]).includes(subject.nationality)
  return nationality && (basis.location as readonly string[]).includes(subject.location)
}

/** Every duty of every basis in force, the next due first. */
export function obligations(
  { bases }: Pick<ExportView, 'bases'>,
  nowMs: number,
): { readonly basis: string; readonly condition: Condition; readonly overdue: boolean }[] {
  return Object.values(bases)
    .filter((basis) => !basis.withdrawn)
    .flatMap((basis) =>
      basis.conditions.map((condition) => ({
        basis: basis.id,
        condition,
        overdue: condition.fulfilled === null && condition.dueMs !== null && condition.dueMs < nowMs,
      })),
    )
    .sort((a, b) => (a.condition.dueMs ?? Infinity) - (b.condition.dueMs ?? Infinity))
}

function isListed(lists: Rec<EntityList>, subject: ExportSubject, nowMs: number): boolean {
  const ids = [subject.actor, subject.institution, subject.employedBy]
  return Object.values(lists).some(
    (list) =>
      (list.untilMs === null || nowMs < list.untilMs) && list.entries.some(({ id }) => ids.includes(id)),
  )
}

/** A class that nobody established, or that has run out, is unknown. */
function deemedExport(
  known: ExportClass | undefined,
  inForce: readonly LegalBasis[],
  nowMs: number,
): ExportFacts['deemed_export'] {
  if (known === undefined || nowMs >= known.untilMs) return 'unknown'
  if (known.deemedExport === 'not_specified') return 'cleared'
  return inForce.some((basis) => basis.deemedExport) ? 'cleared' : 'required'
}

function reexport(location: string, inForce: readonly LegalBasis[]): ExportFacts['reexport'] {
  if (location === 'party') return 'not_applicable'
  if (location === 'unknown') return 'unknown'
  return inForce.some((basis) => basis.reexport) ? 'granted' : 'not_granted'
}

/** Every order in force must be met; one basis it names, in force and covering, meets it. */
function underOrders(view: ExportView, subject: ExportSubject, nowMs: number): ExportFacts['export_order'] {
  const applying = view.orders.filter(
    (order) => isOrderInForce(order, nowMs) && order.tiers.includes(subject.tier),
  )
  if (applying.length === 0) return 'none'
  const met = applying.every((order) =>
    order.bases.some((id) => {
      const basis = entry(view.bases, id)
      return basis !== undefined && isInForce(basis, nowMs) && covers(basis, subject)
    }),
  )
  return met ? 'inside' : 'outside'
}
