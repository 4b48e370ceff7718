/**
 * What was detected, as a layer for the ATT&CK Navigator.
 *
 * Spec: github.com/mitre-attack/attack-navigator, layer file format 4.5. The score of a technique is the number of cases
 * in which a rule with that technique fired.
 */
import type { Triage } from './triage.ts'

export function attackLayer(triage: Triage, name: string) {
  const scores = new Map<string, number>()
  for (const { techniques } of triage.cases) {
    for (const technique of techniques) scores.set(technique, (scores.get(technique) ?? 0) + 1)
  }
  const highest = Math.max(1, ...scores.values())
  return {
    name,
    versions: { layer: '4.5', navigator: '5.1.0' },
    domain: 'enterprise-attack',
    description: `Rules that fired on input ${triage.input.sha256}`,
    techniques: [...scores]
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([techniqueID, score]) => ({
        techniqueID,
        score,
        comment: `${score} of ${triage.cases.length} cases`,
      })),
    gradient: { colors: ['#ffffff', '#d9822b'], minValue: 0, maxValue: highest },
  }
}
