/** For tests of this room and of others: the sample agreement with an amendment. */
import { readFileSync } from 'node:fs'
import { type Agreement, loadAgreement } from '../agreement/index.ts'

const SAMPLE = new URL('../../../agreements/us-japan-2026/agreement.md', import.meta.url)
export const sampleText = readFileSync(SAMPLE, 'utf8')
export const sample: Agreement = loadAgreement(sampleText, 'agreement.md')

/** The sample with every occurrence of each text replaced; a text that is not there is an error of the test. */
export function amended(...replacements: readonly (readonly [from: string, to: string])[]): Agreement {
  let text = sampleText
  for (const [from, to] of replacements) {
    if (!text.includes(from)) throw new Error(`the sample does not say \`${from}\``)
    text = text.replaceAll(from, to)
  }
  return loadAgreement(text, 'amended.md')
}

/** Amendments that should not pass, each breaking one invariant. */
export const PLANTED = {
  /** One approver of an engagement is enough. */
  fourEyes: [
    ['["zero", "one"].contains(context.engagement_approvals)', 'context.engagement_approvals == "zero"'],
    [
      'context.engagement_approvals == "two_or_more"',
      '["one", "two_or_more"].contains(context.engagement_approvals)',
    ],
  ],
  /** Under an emergency stop the rehearsal model still answers. */
  stop: [
    ['context.stop != "none"', 'context.stop != "none" && context.model_tier != "rehearsal"'],
    ['context.stop == "none" &&', '["none", "covering"].contains(context.stop) &&'],
  ],
  /** Not knowing where a person works no longer counts against them. */
  unknown: [[' ||\n  context.location == "unknown"', '']],
} as const satisfies Record<string, readonly (readonly [string, string])[]>
