/** What the room's tests share: a hold as the admin listener answers it. */

/** A hold that one person may approve; members that are always there, and whatever a test adds. */
export function heldAnswer(id: string, more: Readonly<Record<string, unknown>> = {}) {
  return {
    id,
    actor: 'b',
    institution: 'i',
    engagement: null,
    capability: 'exploit_validation',
    session: 's',
    approvals_needed: 1,
    ...more,
  }
}
