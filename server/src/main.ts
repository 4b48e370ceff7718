/**
 * The composition root: the only place that reads the environment and ends the process.
 */
import path from 'node:path'
import { createInterface } from 'node:readline/promises'
import { createLogger } from './base/index.ts'
import { runCli } from './cli/index.ts'
import type { LoadedConfig, WitnessConfig } from './config/index.ts'
import { rebuild } from './rebuild.ts'
import { startServer } from './serve.ts'
import { startWitness } from './serve-witness.ts'

const ROOT = path.resolve(import.meta.dirname, '../..')
const print = (line: string): void => void process.stdout.write(`${line}\n`)

// Whoever reads our output may have read enough (`| head`). That ends no server and is no failure of a command.
for (const stream of [process.stdout, process.stderr]) {
  stream.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') throw error
  })
}

process.exitCode = await runCli(process.argv.slice(2), {
  env: process.env,
  cwd: process.cwd(),
  root: ROOT,
  out: print,
  err: (line) => void process.stderr.write(`${line}\n`),
  nowMs: Date.now,
  fetch,
  ...(process.stdin.isTTY && process.stderr.isTTY ? { ask } : {}),
  serve,
  rebuild: rebuildProjections,
  witness,
})

async function rebuildProjections({ config }: LoadedConfig, withoutKeys: boolean): Promise<number> {
  const logger = createLogger({ level: config.logging.level, base: { service: 'sekisho' } })
  const rebuilt = await rebuild(config, logger, withoutKeys)
  if (rebuilt === null) {
    process.stderr.write(
      'nothing was changed: keys of older months are not held here; see `sekisho rebuild --help`\n',
    )
    return 1
  }
  const { entries, snapshot, destroyed, notHeld, differences } = rebuilt
  print(`entries    ${entries}`)
  print(`snapshot   ${snapshot ?? 'not founded'}`)
  print(`unread     ${destroyed} destroyed, ${notHeld} without key here`)
  for (const { table, rows, examples } of differences)
    print(`differed   ${table}: ${rows} rows: ${examples.join(', ')}`)
  print(
    differences.length === 0
      ? 'good: the database was what the ledger makes'
      : 'mended: it is what the ledger makes now',
  )
  return differences.length === 0 ? 0 : 1
}

/** Serves until the first signal; the second one ends the process at once. */
async function serve({ config }: LoadedConfig): Promise<number> {
  const server = await startServer(config)
  const { gateway, admin, console: pages } = server.announcement
  print(`gateway  ${gateway}`)
  print(`admin    ${admin}`)
  print(`console  ${pages}`)
  if (server.sampleKeys !== null) print(`keys     ${server.sampleKeys}`)
  print(`ready: ${server.file}`)
  await untilSignal()
  await server.stop()
  return 0
}

/** The same for a witness. */
async function witness(config: WitnessConfig): Promise<number> {
  const running = await startWitness(config)
  print(`witness  ${running.url}`)
  for (const vkey of running.vkeys) print(`key      ${vkey}`)
  print('ready')
  await untilSignal()
  await running.stop()
  return 0
}

function untilSignal(): Promise<void> {
  return new Promise<void>((resolve) => {
    let signals = 0
    const onSignal = (): void => {
      signals += 1
      if (signals > 1) process.exit(1)
      resolve()
    }
    for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const) process.on(signal, onSignal)
  })
}

async function ask(question: string): Promise<string> {
  const terminal = createInterface({ input: process.stdin, output: process.stderr })
  try {
    return await terminal.question(question)
  } finally {
    terminal.close()
  }
}
