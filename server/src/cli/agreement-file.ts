/** Files that `agreement …` reads and writes, and the options all its commands share. */
import { readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { type Agreement, type Language, loadAgreement } from '../agreement/index.ts'
import type { Arguments, CliContext, OptionSpec } from './command.ts'
import { CliError, usageError } from './error.ts'

const FILE_BYTES_MAX = 1024 * 1024

/** Options of every command here. */
export const COMMON: Readonly<Record<string, OptionSpec>> = {
  json: { doc: 'print the report as canonical JSON and nothing else' },
  lang: { value: 'LANGUAGE', doc: '`en` (default) or `ja`' },
}

export function languageOf(args: Arguments): Language {
  const language = args.value('lang') ?? 'en'
  if (language === 'en' || language === 'ja') return language
  throw usageError(`\`--lang\` is \`en\` or \`ja\`, not \`${language}\``)
}

/** @throws {CliError} `cli_file` @throws {AgreementError} */
export function readAgreement(file: string, context: CliContext): Agreement {
  return loadAgreement(read(file, context), file)
}

export function readFileText(file: string, context: CliContext): string {
  return read(file, context).toString()
}

/** @throws {CliError} `cli_file` */
export function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch (cause) {
    throw new CliError('cli_file', 'not JSON', { cause })
  }
}

export function read(file: string, context: CliContext): Buffer {
  try {
    const bytes = readFileSync(path.resolve(context.cwd, file))
    if (bytes.length <= FILE_BYTES_MAX) return bytes
  } catch (cause) {
    throw new CliError(
      'cli_file',
      `cannot read \`${file}\`: ${cause instanceof Error ? cause.message : String(cause)}`,
      {
        cause,
      },
    )
  }
  throw new CliError('cli_file', `\`${file}\` is over ${FILE_BYTES_MAX} bytes`)
}

export function write(file: string, text: string, context: CliContext): void {
  try {
    writeFileSync(path.resolve(context.cwd, file), text)
  } catch (cause) {
    throw new CliError(
      'cli_file',
      `cannot write \`${file}\`: ${cause instanceof Error ? cause.message : String(cause)}`,
      {
        cause,
      },
    )
  }
  context.err(`written: ${file}`)
}
