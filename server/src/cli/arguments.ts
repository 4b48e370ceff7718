/** Reads a command line strictly: an option that is not known is never skipped. */
import { parseArgs } from 'node:util'
import type { Arguments, Command } from './command.ts'
import { usageError } from './error.ts'

/** @throws {CliError} `cli_usage` */
export function readArguments(command: Command, words: readonly string[]): Arguments {
  const options = Object.fromEntries(
    Object.entries(command.options).map(([name, spec]) => [
      name,
      {
        type: spec.value === undefined ? ('boolean' as const) : ('string' as const),
        multiple: true as const,
      },
    ]),
  )
  const parsed = parse(words, options)
  const values = new Map<string, readonly (string | boolean)[]>()
  for (const [name, given] of Object.entries(parsed.values)) values.set(name, given ?? [])
  for (const [name, spec] of Object.entries(command.options)) check(name, spec, values.get(name) ?? [])
  const missing = command.operands[parsed.positionals.length]
  if (missing !== undefined) throw usageError(`\`${missing}\` is missing`)
  const extra = parsed.positionals[command.operands.length]
  if (extra !== undefined) throw usageError(`\`${extra}\` is one word too many`)
  const strings = (name: string): string[] =>
    (values.get(name) ?? []).filter((value) => typeof value === 'string')
  return {
    operands: parsed.positionals,
    operand: (at) => given(parsed.positionals[at], command.operands[at] ?? `argument ${at + 1}`),
    value: (name) => strings(name).at(-1),
    required: (name) => given(strings(name).at(-1), `--${name}`),
    values: strings,
    flag: (name) => values.has(name),
  }
}

/** What was checked above is there; a command that asks for what it did not declare is told so. */
function given(value: string | undefined, name: string): string {
  if (value !== undefined) return value
  throw usageError(`\`${name}\` is missing`)
}

function parse(
  words: readonly string[],
  options: Record<string, { type: 'boolean' | 'string'; multiple: true }>,
) {
  try {
    return parseArgs({ args: [...words], options, allowPositionals: true, strict: true })
  } catch (error) {
    // Node's own words name the option; its advice about `--` helps nobody here.
    const message = error instanceof Error ? error.message.split('. ')[0]! : String(error)
    throw usageError(message.charAt(0).toLowerCase() + message.slice(1))
  }
}

function check(name: string, spec: Command['options'][string], given: readonly unknown[]): void {
  if (spec.required === true && given.length === 0) throw usageError(`\`--${name}\` is missing`)
  if (spec.multiple !== true && given.length > 1) throw usageError(`\`--${name}\` is given twice`)
}

/** A whole number of an option, or its default. @throws {CliError} `cli_usage` */
export function integerOption(
  args: Arguments,
  name: string,
  byDefault: number,
  min: number,
  max: number,
): number {
  const text = args.value(name)
  if (text === undefined) return byDefault
  const value = Number(text)
  if (/^\d+$/.test(text) && value >= min && value <= max) return value
  throw usageError(`\`--${name}\` must be a whole number from ${min} to ${max}, not \`${text}\``)
}
