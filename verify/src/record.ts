/**
 * The record: sixteen slots, always all of them, always in this order.
 *
 * Spec: docs/spec/record.md.
 */

/** Slot names in commitment order. Final: a slot is never added, removed, renamed or moved. */
export const FIELD_NAMES = [
  'kind',
  'time',
  'institution',
  'actor',
  'session',
  'agreement',
  'model',
  'engagement',
  'decision',
  'facts',
  'reading',
  'targets',
  'request',
  'response',
  'refers',
  'labels',
] as const

export type FieldName = (typeof FIELD_NAMES)[number]
