/** Finds the command, runs it, and turns whatever goes wrong into words and an exit code. */
import { VerifyError } from 'sekisho-verify'
import { AgreementError } from '../agreement/index.ts'
import { AuthorizationError } from '../authorization/index.ts'
import { PlaceError } from '../base/index.ts'
import { ConfigError } from '../config/index.ts'
import { CustodyError } from '../custody/index.ts'
import { IdentityError } from '../identity/index.ts'
import { LedgerError } from '../ledger/index.ts'
import { McpError } from '../mcp/index.ts'
import { OperationsError } from '../operations/index.ts'
import { ProgrammeError } from '../programme/index.ts'
import { ProofError } from '../proof/index.ts'
import { SigmaError } from '../sigma/index.ts'
import { StorageError } from '../storage/index.ts'
import { TriageError } from '../triage/index.ts'
import { UpstreamError } from '../upstream/index.ts'
import { WitnessError } from '../witness/index.ts'
import { agreementCommands } from './agreement-commands.ts'
import { appealCommands } from './appeal-commands.ts'
import { approveCommand } from './approve-command.ts'
import { readArguments } from './arguments.ts'
import type { CliContext, Command } from './command.ts'
import { configCommands, rebuildCommand, serveCommand } from './config-commands.ts'
import { custodyCommands } from './custody-commands.ts'
import { engagementCommands } from './engagement-commands.ts'
import { CliError, EXIT } from './error.ts'
import { evidenceCommands } from './evidence-commands.ts'
import { helpFor, helpForAll } from './help.ts'
import { holdCommands } from './hold-commands.ts'
import { keyCommands } from './key-commands.ts'
import { leakageCommand } from './leakage-command.ts'
import { ledgerCommands } from './ledger-commands.ts'
import { mcpCommand } from './mcp-command.ts'
import { proposalCommands } from './proposal-commands.ts'
import { readCommand } from './read-command.ts'
import { rolloutCommands } from './rollout-commands.ts'
import { runCommands } from './run-commands.ts'
import { statementCommands } from './statement-commands.ts'
import { stopCommands } from './stop-commands.ts'
import { tokenCommands } from './token-commands.ts'
import { toolsCommands } from './tools-commands.ts'
import { triageCommand } from './triage-command.ts'
import { witnessCommand } from './witness-command.ts'

export const COMMANDS: readonly Command[] = [
  serveCommand,
  rebuildCommand,
  witnessCommand,
  ...keyCommands,
  ...tokenCommands,
  approveCommand,
  ...holdCommands,
  ...engagementCommands,
  ...appealCommands,
  ...stopCommands,
  ...statementCommands,
  ...ledgerCommands,
  ...evidenceCommands,
  ...custodyCommands,
  leakageCommand,
  readCommand,
  triageCommand,
  ...runCommands,
  mcpCommand,
  ...toolsCommands,
  ...agreementCommands,
  ...proposalCommands,
  ...rolloutCommands,
  ...configCommands,
]

const HELP = ['help', '--help', '-h']

/** @param words the command line without program names */
export async function runCli(words: readonly string[], context: CliContext): Promise<number> {
  const [first] = words
  if (first === 'help' && words.length > 1) return runCli([...words.slice(1), '--help'], context)
  if (first === undefined || HELP.includes(first)) {
    context.out(helpForAll(COMMANDS))
    return first === undefined ? EXIT.usage : EXIT.ok
  }
  const found = findCommand(words)
  const group = COMMANDS.filter((command) => command.name.startsWith(`${first} `))
  if (found === null && group.length > 0 && (words[1] === undefined || HELP.includes(words[1]))) {
    context.out(helpForAll(group))
    return words[1] === undefined ? EXIT.usage : EXIT.ok
  }
  if (found === null) {
    context.err(`sekisho: no command \`${words.slice(0, 2).join(' ')}\`\n`)
    context.err(helpForAll(group.length > 0 ? group : COMMANDS))
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
    context.err(`sekisho ${command.name}: ${wordsOf(error)}${codeAfter(error)}`)
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

/** Whoever holds the ledger's lock is named by process id; the rest of the lock file is for programs. */
function wordsOf(error: Error & { readonly code: string }): string {
  if (error.code !== 'ledger_locked') return error.message
  return error.message.replace(/\(\{.*?"pid":(\d+).*?\}\)/s, '(pid $1)')
}

/** A code is said once: not where the message ends with it, and ours are for programs. */
function codeAfter(error: Error & { readonly code: string }): string {
  return error instanceof CliError || error.message.includes(error.code) ? '' : ` (${error.code})`
}

/** Errors of the rooms say themselves what is wrong; `HttpError` is one by its code, as cli and http do not meet. */
function isKnown(error: unknown): error is Error & { readonly code: string } {
  const rooms = [
    CliError,
    CustodyError,
    ConfigError,
    StorageError,
    McpError,
    OperationsError,
    SigmaError,
    TriageError,
    LedgerError,
    IdentityError,
    PlaceError,
    ProgrammeError,
    AgreementError,
    AuthorizationError,
    ProofError,
    UpstreamError,
    VerifyError,
    WitnessError,
  ]
  if (rooms.some((room) => error instanceof room)) return true
  return error instanceof Error && error.name === 'HttpError' && 'code' in error
}
