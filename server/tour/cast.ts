/** Who and what of the sample programme appears in the tour. */

/** Institutions with standing under the agreement, named in public reports. */
export const DEFENDERS = {
  japaneseLogTriage: 'mufg-analyst',
  englishPatchReview: 'smbc-engineer',
  detectionRule: 'mizuho-analyst',
} as const

/** Fictional: everyone who is refused, held or stopped here is. */
export const NOT_ADMITTED = 'tsukikage-analyst'
export const CLOSED_SECTOR = 'kitakaze-analyst'
export const TESTER = 'hoshizora-analyst'
/** Member of the engagement and, by role, an approver of others: the one who must not approve himself. */
export const VALIDATOR = 'hoshizora-lead'
export const APPROVER = 'hoshizora-approver'

/** Keys that speak for a party together. */
export const PROVIDER: readonly string[] = ['provider', 'provider-2']
/** Those whom the agreement asks to resume a model: the provider, who stopped, and an authority. */
export const RESUMERS: readonly string[] = [...PROVIDER, 'jp', 'jp-2']

export const ENGAGEMENT = 'eng-hoshizora-portal'
export const IN_SCOPE_TARGET = '192.0.2.10'
/** A documentation address that belongs to nobody and to no engagement. */
export const OUT_OF_SCOPE_TARGET = '203.0.113.77'
