/**
 * Who takes part in the sample programme. Pseudonyms throughout; who is refused in the tour is fictional.
 *
 * Three real institutions stand in it because public reports name them; they have no part in this software.
 */
import type { Role } from '../programme/index.ts'

export interface SampleInstitution {
  readonly id: string
  readonly sector: string
  readonly name: { readonly en: string; readonly ja: string }
  readonly fictional: boolean
  readonly admitted: boolean
}

export interface SampleActor {
  readonly id: string
  readonly kind: 'person' | 'service'
  readonly employer: string
  readonly roles: readonly Role[]
}

const bank = (id: string, en: string, ja: string): SampleInstitution => ({
  id,
  sector: 'finance',
  name: { en, ja },
  fictional: false,
  admitted: true,
})

/** Institutions of the sample: three that public reports name, and fictional ones. */
export const SAMPLE_INSTITUTIONS: readonly SampleInstitution[] = [
  bank('mufg', 'MUFG', 'MUFG'),
  bank('smbc', 'SMBC', 'SMBC'),
  bank('mizuho', 'Mizuho', 'みずほ'),
  {
    id: 'hoshizora-bank',
    sector: 'finance',
    name: { en: 'Hoshizora Bank (fictional)', ja: '星空銀行(架空)' },
    fictional: true,
    admitted: true,
  },
  {
    id: 'kitakaze-power',
    sector: 'electric_power',
    name: { en: 'Kitakaze Electric Power (fictional)', ja: '北風電力(架空)' },
    fictional: true,
    admitted: true,
  },
  {
    id: 'tsukikage-shinkin',
    sector: 'finance',
    name: { en: 'Tsukikage Shinkin (fictional, not admitted)', ja: '月影信用金庫(架空・不参加)' },
    fictional: true,
    admitted: false,
  },
]

/** A fictional integrator, and who delegates to it. */
export const SAMPLE_INTEGRATOR = {
  id: 'asagiri-integration',
  name: { en: 'Asagiri Integration (fictional)', ja: '朝霧インテグレーション(架空)' },
  /** Institutions that delegate to it. */
  delegatedBy: ['mizuho', 'hoshizora-bank'],
} as const

const person = (employer: string, post: string, roles: readonly Role[]): SampleActor => ({
  id: `${employer.split('-')[0]}-${post}`,
  kind: 'person',
  employer,
  roles,
})

const staffOf = (institution: string): SampleActor[] => [
  person(institution, 'analyst', ['analyst']),
  person(institution, 'engineer', ['analyst', 'platform']),
  person(institution, 'lead', ['operations_lead']),
  person(institution, 'approver', ['approver']),
  person(institution, 'approver2', ['approver', 'risk']),
  person(institution, 'audit', ['internal_audit']),
]

/** Persons and services of the sample, by their employer. */
export const SAMPLE_ACTORS: readonly SampleActor[] = [
  ...['mufg', 'smbc', 'mizuho', 'hoshizora-bank'].flatMap(staffOf),
  { id: 'mufg-soc', kind: 'service', employer: 'mufg', roles: [] },
  person('kitakaze-power', 'analyst', ['analyst']),
  person('tsukikage-shinkin', 'analyst', ['analyst']),
  person(SAMPLE_INTEGRATOR.id, 'engineer', ['analyst']),
]

/** Assets use addresses and names that are reserved for documentation: RFC 5737, RFC 3849, RFC 2606. */
export const SAMPLE_ENGAGEMENT = {
  id: 'eng-hoshizora-portal',
  institution: 'hoshizora-bank',
  purpose: 'Validate findings in the replica of the customer portal before the winter release',
  author: 'hoshizora-lead',
  approvers: ['hoshizora-approver', 'hoshizora-approver2'],
  members: ['hoshizora-analyst', 'hoshizora-engineer', 'hoshizora-lead', 'asagiri-engineer'],
  capabilities: ['vulnerability_discovery', 'pentest_planning', 'exploit_validation', 'attack_emulation'],
  autonomy: 'A2',
  /** Digests of documents that do not exist: the engagement is fictional. */
  terms: {
    techniques: { allowed: ['T1190', 'T1595.002'], forbidden: ['T1485', 'T1486', 'T1498'] },
    stop_contact: 'Hoshizora Bank security operations centre, day and night: 000-0000-0000',
    basis:
      'Contract of test of 2026-10-01; Act on Prohibition of Unauthorised Computer Access, art. 2(4): consent of the administrator',
    administrator: 'Hoshizora Bank, IT infrastructure department',
  },
  assets: [
    { id: 'replica-net', kind: 'cidr', value: '192.0.2.0/24', criticality: 'ordinary' },
    { id: 'dmz-net', kind: 'cidr', value: '198.51.100.0/24', criticality: 'critical' },
    { id: 'replica-net-v6', kind: 'cidr', value: '2001:db8:10::/48', criticality: 'ordinary' },
    { id: 'portal-names', kind: 'domain', value: '*.replica.hoshizora.example', criticality: 'ordinary' },
    { id: 'portal', kind: 'domain', value: 'portal.hoshizora.example', criticality: 'critical' },
    {
      id: 'portal-code',
      kind: 'repository',
      value: 'git.hoshizora.example/portal/api',
      criticality: 'ordinary',
    },
  ],
} as const
