/**
 * A scanner that always holds back the last characters of a text, and reads them for numbers of people.
 *
 * Spec: docs/spec/leakage.md §3.1. Whether digits are a My Number depends on the words before them, so they can be judged
 * only once they are complete: what is held back is long enough for both.
 */
import { type LeakageType, leaksIn, type SecretScanner, type SecretSpan } from '../boundary/index.ts'

/** Words stand at most this far before a number. */
const CONTEXT_CHARS = 64
/** What cuts an answer: numbers that identify one person, by check digit or by form with a word. */
const CUTS: ReadonlySet<LeakageType> = new Set([
  'my_number',
  'drivers_license',
  'credit_card',
  'passport_jp',
  'residence_card',
  'pension_number',
  'bank_account',
])

export function holdingScanner(scanner: SecretScanner, holdBackChars: number): SecretScanner {
  const personsIn = (text: string): SecretSpan[] =>
    leaksIn(text)
      .filter(({ type }) => CUTS.has(type))
      .map(({ type, start, end }) => ({ name: type, type: 'personal_data', start, end }))
  return {
    overlapChars: Math.max(scanner.overlapChars, CONTEXT_CHARS),
    spans: (text) => [...scanner.spans(text), ...personsIn(text)].sort((a, b) => a.start - b.start),
    frontier(text, from = 0) {
      const { found, openFrom } = scanner.frontier(text, from)
      // A number that the end of the text may still make longer is judged when more has come.
      const person = personsIn(text).find(({ end }) => end < text.length) ?? null
      return {
        found: found ?? person,
        openFrom: Math.max(0, Math.min(openFrom, text.length - holdBackChars)),
      }
    },
  }
}
