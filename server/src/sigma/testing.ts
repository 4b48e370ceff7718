/** Fixtures of the sigma tests: rules in a few words, events from plain objects, and a matcher too simple to be wrong. */
import { compileTest } from './atom.ts'
import type { FieldValue, LogEvent } from './event.ts'
import type { Expression } from './expression.ts'
import { parseRule, type SigmaRule } from './rule.ts'

export function ruleOf(detection: string, id = 'test'): SigmaRule {
  const indented = detection
    .trim()
    .split('\n')
    .map((line) => `  ${line}`)
    .join('\n')
  return parseRule(
    `title: ${id}\nid: ${id}\nlogsource:\n  product: test\ndetection:\n${indented}\n`,
    `${id}.yml`,
  )
}

export function eventOf(fields: Readonly<Record<string, FieldValue>>): LogEvent {
  return {
    fields: new Map(Object.entries(fields)),
    sources: [{ product: 'test', category: null, service: null }],
  }
}

/** Every test asked of every event, nothing looked up: what the compiled set has to agree with. */
export function plainlyMatches(expression: Expression, event: LogEvent): boolean {
  switch (expression.kind) {
    case 'atom':
      return compileTest(expression.atom).holds(event.fields)
    case 'not':
      return !plainlyMatches(expression.of, event)
    case 'and':
      return expression.of.every((one) => plainlyMatches(one, event))
    case 'or':
      return expression.of.some((one) => plainlyMatches(one, event))
  }
}
