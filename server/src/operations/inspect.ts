/**
 * What a tool's result carries: secrets and personal data, and words that try to steer the model that reads it.
 *
 * HOSTILE: a result may have been written by whoever is being investigated. It is flagged, not believed and not followed;
 * what the model then asks for is decided like everything else. Spec: docs/spec/tool.md §6.
 */
import { leaksIn, steers } from '../boundary/index.ts'
import type { ToolResult } from '../mcp/index.ts'

const TEXT_CHARS_MAX = 4 * 1024 * 1024

export interface Inspection {
  /** Kinds of secrets and personal data found, sorted. */
  readonly leakage: readonly string[]
  /** Whether the result speaks to a model. */
  readonly injection: boolean
}

export function inspectResult(result: ToolResult): Inspection {
  const texts = result.content.flatMap((part) => (part.type === 'text' ? [part.text] : []))
  const structured = result.structured === null ? [] : [JSON.stringify(result.structured)]
  const whole = [...texts, ...structured].join('\n').slice(0, TEXT_CHARS_MAX)
  return {
    leakage: [...new Set(leaksIn(whole).map(({ type }) => type))].sort(),
    injection: steers(whole),
  }
}
