/**
 * Whether the targets a request names are among an engagement's assets.
 *
 * Structure only: address arithmetic, label boundaries, path segments; never a substring.
 * What cannot be parsed is unresolved, and unresolved is not in scope. Spec: docs/spec/directory.md §6.
 */
import type { Target } from '../boundary/index.ts'
import type { Engagement } from './snapshot.ts'

export interface ScopeResolution {
  readonly targets: 'none' | 'all_in_scope' | 'out_of_scope' | 'unresolved'
  readonly outOfScope: readonly Target[]
  readonly unresolved: readonly Target[]
  /** Highest criticality among the assets matched; `not_applicable` when none was. */
  readonly criticality: 'not_applicable' | 'ordinary' | 'critical' | 'designated'
}

export function resolveScope(_engagement: Engagement | null, _targets: readonly Target[]): ScopeResolution {
  throw new Error('under construction')
}
