/** Finds the command, runs it, and turns whatever goes wrong into words and an exit code. */
import { VerifyError } from 'sekisho-verify'
import { AgreementError } from '../agreement/index.ts'
import { ConfigError } from '../config/index.ts'
import { LedgerError } from '../ledger/index.ts'
import { ProgrammeError } from '../programme/index.ts'
import { StorageError } from '../storage/index.ts'
import { UpstreamError } from '../upstream/index.ts'
import { approveCommand } from './approve-command.ts'
import { readArguments } from './arguments.ts'
import type { CliContext, Command } from './command.ts'
import { configCommands, serveCommand } from './config-commands.ts'
import { CliError, EXIT } from './error.ts'
import { helpFor, helpForAll } from './help.ts'
import { ledgerCommands } from './ledger-commands.ts'
import { statementCommands } from './statement-commands.ts'
import { stopCommands } from './stop-commands.ts'
import { tokenCommands } from './token-commands.ts'

export const COMMANDS: readonly Command[] = [
  serveCommand,
  ...tokenCommands,
  approveCommand,
  ...stopCommands,
  ...statementCommands,
  ...ledgerCommands,
  ...configCommands,
]

/** @param words the command line without program names */
export async function runCli(words: readonly string[], context: CliContext): Promise<number> {
  const [first] = words
  if (first === undefined || first === 'help' || first === '--help' || first === '-h') {
    context.out(helpForAll(COMMANDS))
    return first === undefined ? EXIT.usage : EXIT.ok
  }
  const found = findCommand(words)
  if (found === null) {
    context.err(`sekisho: no command \`${words.slice(0, 2).join(' ')}\`\n`)
    context.err(helpForAll(COMMANDS))
    return EXIT.usage
  }
  const rest = words.slice(found.name.split(' ').length)
  if (rest.some((word) => word === '--help' || word === '-h')) {
    context.out(helpFor(found))
    return EXIT.ok
  }
  try {
    return await found.run(readArguments(found, rest), context)
  } catch (error) {
    return explain(error, found, context)
  }
}

/** `stop list` goes before `stop`: the longest name that the words begin with. */
function findCommand(words: readonly string[]): Command | null {
  for (const length of [2, 1]) {
    const name = words.slice(0, length).join(' ')
    const command = COMMANDS.find((each) => each.name === name)
    if (command !== undefined) return command
  }
  return null
}

function explain(error: unknown, command: Command, context: CliContext): number {
  if (error instanceof CliError && error.code === 'cli_usage') {
    context.err(`sekisho ${command.name}: ${error.message}\nsee: sekisho ${command.name} --help`)
    return EXIT.usage
  }
  if (isKnown(error)) {
    context.err(
      `sekisho ${command.name}: ${error.message}${error instanceof CliError ? '' : ` (${error.code})`}`,
    )
    return EXIT.failed
  }
  // The system refused a file: its words name it, and our trace would help nobody.
  if (error instanceof Error && 'syscall' in error) {
    context.err(`sekisho ${command.name}: ${error.message}`)
    return EXIT.failed
  }
  // A defect of ours: its trace helps whoever reports it.
  context.err(error instanceof Error ? (error.stack ?? error.message) : String(error))
  return EXIT.failed
}

/** Errors of the rooms say themselves what is wrong; `HttpError` is one by its code, as cli and http do not meet. */
function isKnown(error: unknown): error is Error & { readonly code: string } {
  const rooms = [
    CliError,
    ConfigError,
    StorageError,
    LedgerError,
    ProgrammeError,
    AgreementError,
    UpstreamError,
    VerifyError,
  ]
  if (rooms.some((room) => error instanceof room)) return true
  return error instanceof Error && error.name === 'HttpError' && 'code' in error
}
