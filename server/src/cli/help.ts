/** Help texts, from the commands themselves. */
import type { Command } from './command.ts'

export function helpForAll(commands: readonly Command[]): string {
  const width = Math.max(...commands.map((command) => command.name.length))
  return [
    'sekisho: the checkpoint between restricted cyber models and those allowed to use them',
    '',
    'usage: npm run sekisho -- COMMAND [options]',
    '',
    ...commands.map((command) => `  ${command.name.padEnd(width)}  ${command.summary}`),
    '',
    '`sekisho COMMAND --help` says what a command takes, with examples.',
    '',
  ].join('\n')
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
