/** Help texts, from the commands themselves. */
import type { Command } from './command.ts'

/** What a long list is read by: a heading for the first word of each command; the order within stays. */
const HEADINGS: readonly (readonly [heading: string, words: readonly string[]])[] = [
  ['the server', ['serve', 'rebuild', 'config']],
  ['keys and tokens', ['key', 'token']],
  ['what was held or refused', ['hold', 'approve', 'appeal']],
  ['engagements and tools', ['engagement', 'tools', 'mcp', 'run', 'deconflict']],
  ['stop and resume', ['stop', 'resume']],
  ['ledger, receipts, evidence', ['ledger', 'receipt', 'disclose', 'custody', 'witness']],
  ['texts, logs, agreements', ['read', 'leakage', 'triage', 'agreement']],
  ['changing the agreement', ['proposal', 'vote', 'rollout', 'export', 'register', 'statement']],
]
/** So few commands are seen at once. */
const SHORT_LIST = 12

export function helpForAll(commands: readonly Command[]): string {
  const width = Math.max(...commands.map((command) => command.name.length))
  const line = ({ name, summary }: Command): string => `  ${name.padEnd(width)}  ${summary}`
  return [
    'sekisho: the checkpoint between restricted cyber models and those allowed to use them',
    '',
    'usage: npm run sekisho -- COMMAND [options]',
    '',
    ...(commands.length <= SHORT_LIST ? commands.map(line) : underHeadings(commands, line)),
    '',
    '`sekisho COMMAND --help` says what a command takes, with examples. `sekisho …` is typed `npm run sekisho -- …`, and',
    '`npm run --silent sekisho -- …` where the output goes on to a file or a program.',
    '',
  ].join('\n')
}

function underHeadings(commands: readonly Command[], line: (command: Command) => string): string[] {
  const known = HEADINGS.flatMap(([, words]) => words)
  const first = ({ name }: Command): string => name.split(' ')[0] ?? name
  const rest = commands.map(first).filter((word) => !known.includes(word))
  return [...HEADINGS, ['others', rest] as const]
    .map(([heading, words]) => ({
      heading,
      lines: commands.filter((c) => words.includes(first(c))).map(line),
    }))
    .filter(({ lines }) => lines.length > 0)
    .flatMap(({ heading, lines }, index) => [...(index === 0 ? [] : ['']), heading, ...lines])
}

export function helpFor(command: Command): string {
  const options = Object.entries(command.options).map(([name, spec]) => {
    const left = `--${name}${spec.value === undefined ? '' : ` ${spec.value}`}`
    const marks = [spec.required === true ? 'required' : '', spec.multiple === true ? 'may be repeated' : '']
    const note = marks.filter((mark) => mark !== '').join(', ')
    return { left, right: `${spec.doc}${note === '' ? '' : ` (${note})`}` }
  })
  const width = Math.max(0, ...options.map(({ left }) => left.length))
  return [
    command.summary,
    '',
    `usage: sekisho ${[command.name, ...command.operands].join(' ')}${options.length > 0 ? ' [options]' : ''}`,
    '',
    ...options.map(({ left, right }) => `  ${left.padEnd(width)}  ${right}`),
    ...(options.length > 0 ? [''] : []),
    ...(command.notes === undefined ? [] : [command.notes, '']),
    'examples:',
    ...command.examples.map((example) => `  ${example}`),
    '',
  ].join('\n')
}
