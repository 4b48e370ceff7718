/** Roles in the words of messages and pages, both languages. */
import type { Role } from './snapshot.ts'

type Words = readonly [en: string, ja: string]

export const ROLE_WORDS: Readonly<Record<Role, Words>> = {
  analyst: ['analyst', '分析担当者'],
  approver: ['approver', '承認者'],
  operations_lead: ['operations lead', '運用責任者'],
  platform: ['platform team', '基盤担当'],
  internal_audit: ['internal audit', '内部監査'],
  working_group_seat: ['seat of the working group', '作業部会の委員'],
  legal: ['legal', '法務'],
  risk: ['risk management', 'リスク管理'],
  party: ['party', '締結主体'],
  regulator: ['regulator', '監督当局'],
  external_auditor: ['external auditor', '外部監査人'],
}

/** The roles that may approve, as a list for people. A role without words stands as it was recorded. */
export function rolesInWords(roles: readonly string[], language: 'en' | 'ja'): string {
  const table: Readonly<Record<string, Words>> = ROLE_WORDS
  const words = roles.map((role) => {
    const known = Object.hasOwn(table, role) ? table[role] : undefined
    return known === undefined ? role : known[language === 'ja' ? 1 : 0]
  })
  return language === 'ja' ? words.join('、') : words.join(' or ')
}
