/**
 * Whether an engagement's terms leave room for the technique that a tool carries out.
 *
 * A technique holds its sub-techniques: forbidding either forbids what overlaps, as with places; allowing one allows what it holds.
 * Spec: docs/spec/engagement.md §2, docs/spec/tool.md §4.
 */
import type { Engagement } from '../programme/index.ts'

/** @param technique of the tool; null where it declares none, which nothing can be held against */
export function isTechniqueOutside(technique: string | undefined, engagement: Engagement | null): boolean {
  const terms = engagement?.terms
  if (technique === undefined || terms === undefined) return false
  const { allowed, forbidden } = terms.techniques
  if (forbidden.some((each) => holds(each, technique) || holds(technique, each))) return true
  return allowed.length > 0 && !allowed.some((each) => holds(each, technique))
}

/** `T1595` holds `T1595.002`, and every technique itself. */
function holds(wide: string, narrow: string): boolean {
  return narrow === wide || narrow.startsWith(`${wide}.`)
}
