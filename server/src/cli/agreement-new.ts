/**
 * A document for another pair of parties, from the template: it loads, keeps every invariant, and waits for signatures.
 *
 * Only names and ids are filled in; what the template marks as an assumption is the parties' to decide. Spec: docs/spec/agreement.md §9.
 */
import { type Agreement, loadAgreement } from '../agreement/index.ts'

export interface NewAgreement {
  readonly id: string
  /** Id, jurisdiction and names of the partner's authority. */
  readonly party: string
  readonly jurisdiction: string
  readonly nameEn: string
  readonly nameJa: string
}

/** @throws {AgreementError} when what was filled in makes it no agreement */
export function fillTemplate(
  template: string,
  given: NewAgreement,
): { readonly text: string; readonly agreement: Agreement } {
  const text = template
    .replace('agreement: template', () => `agreement: ${given.id}`)
    .replace('jurisdiction: XX', () => `jurisdiction: ${given.jurisdiction}`)
    .replaceAll('Authority of the partner', () => given.nameEn)
    .replaceAll('相手国当局', () => given.nameJa)
    // The id in lists, in stop rules and in gates: never inside a word or a value such as `listed_partner`.
    .replaceAll(/(?<![\w_])partner(?=[\],\n ]|$)(?! of)(?!'s)/gm, (word, at: number, whole: string) =>
      isIdPlace(whole, at) ? given.party : word,
    )
    .replaceAll('partner_custodian', () => `${given.party}_custodian`)
  return { text, agreement: loadAgreement(text, `${given.id}.md`) }
}

/** Ids stand in the front matter, in brackets or after `id:` or `party:`. */
function isIdPlace(text: string, at: number): boolean {
  if (at > text.indexOf('\n---\n', 4)) return false
  const line = text.slice(text.lastIndexOf('\n', at) + 1, at)
  return /(?:\[[^\]]*|\b(?:id|party): )$/.test(line)
}
