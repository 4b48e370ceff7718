/**
 * The capability register: what each model can do, how freely that may be read, and who is cleared to read it.
 *
 * What the provider has and has not disclosed is itself a record. Statements stand in clear in the ledger, so only what is public
 * carries text; of the rest the record holds a digest. Spec: docs/spec/register.md.
 */
import type { AutonomyLevel, Bilingual } from '../agreement/index.ts'
import { entry, type Rec } from './record.ts'

/** In rising order: who is cleared for one may read what is below. */
export const LABELS = ['public', 'regulator', 'classified'] as const
export type Label = (typeof LABELS)[number]

export interface RegisterEntry {
  readonly model: string
  readonly capability: string
  readonly side: 'defensive' | 'dual_use' | 'offensive'
  readonly autonomy: AutonomyLevel
  readonly label: Label
  readonly disclosure: 'disclosed' | 'partly' | 'withheld'
  /** Only with the label `public`. */
  readonly text: Bilingual | null
  /** SHA-256 (hex) of the salted account that was given to those cleared; null when none was. */
  readonly content: string | null
  readonly atMs: number
}

export interface Clearance {
  readonly actor: string
  readonly label: Label
  readonly untilMs: number
  readonly by: string
}

export interface RegisterView {
  readonly capabilities: Rec<RegisterEntry>
  readonly clearances: Rec<Clearance>
}

export const registerKey = (model: string, capability: string): string => `${model} ${capability}`

/** The label of what a model does; what nobody registered is the strictest. */
export function labelOf(view: RegisterView, model: string, capability: string): Label {
  return entry(view.capabilities, registerKey(model, capability))?.label ?? 'classified'
}

/** The strictest label of several capabilities of one model. */
export function labelOfAll(view: RegisterView, model: string, capabilities: readonly string[]): Label {
  const ranks = capabilities.map((capability) => LABELS.indexOf(labelOf(view, model, capability)))
  return LABELS[Math.max(0, ...ranks)] ?? 'classified'
}

/** What `actor` is cleared for now; `public` needs no clearance, nobody has none. */
export function clearanceOf(view: RegisterView, actor: string, nowMs: number): Label {
  const held = entry(view.clearances, actor)
  return held !== undefined && nowMs < held.untilMs ? held.label : 'public'
}

export function mayRead(view: RegisterView, actor: string, label: Label, nowMs: number): boolean {
  return LABELS.indexOf(clearanceOf(view, actor, nowMs)) >= LABELS.indexOf(label)
}

/** The register as somebody may see it: what is above their clearance is named by model and label only. */
export function registerFor(
  view: RegisterView,
  actor: string | null,
  nowMs: number,
): (RegisterEntry | Pick<RegisterEntry, 'model' | 'label' | 'disclosure'>)[] {
  return Object.values(view.capabilities).map((each) => {
    const readable = each.label === 'public' || (actor !== null && mayRead(view, actor, each.label, nowMs))
    return readable ? each : { model: each.model, label: each.label, disclosure: each.disclosure }
  })
}
