/** What of the spans counts when a request is about to leave. Spec: docs/spec/leakage.md §4. */
import type { LeakageSpan } from './leakage-type.ts'
import { leakageSpans } from './spans.ts'

/** Names that RFC 2606 and JPRS set aside for documentation: tool descriptions are full of them. */
const DOCUMENTATION_MAIL = /@(?:[a-z0-9-]+\.)*(?:example(?:\.(?:com|net|org|jp|co\.jp))?|invalid|test)$/i

/** What must not leave as it stands: every span but mail addresses of documentation. */
export function leaksIn(text: string): LeakageSpan[] {
  return leakageSpans(text).filter(
    ({ type, start, end }) =>
      type !== 'email' || !DOCUMENTATION_MAIL.test(text.slice(start, end).normalize('NFKC')),
  )
}
