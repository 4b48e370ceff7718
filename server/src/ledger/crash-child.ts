/**
 * The process that crash trials kill: appends as fast as it can and reports every acknowledgement on standard output.
 *
 * Run by crash-trial.ts: `node --conditions=sekisho-source crash-child.ts DIR WRITERS`.
 */
import { createHash, randomBytes } from 'node:crypto'
import { writeSync } from 'node:fs'
import { errnoOf } from './disk.ts'
import { LedgerError } from './error.ts'
import { intentDraft, openTest, outcomeDraft } from './fixture.ts'

/** Printed once the ledger is open. */
export const READY = 'ready\n'

/** A pipe whose reader is slow refuses for a moment. A line is shorter than what a pipe takes whole or not at all. */
function report(line: string): void {
  for (;;) {
    try {
      writeSync(1, line)
      return
    } catch (error) {
      if (errnoOf(error) !== 'EAGAIN') throw error
    }
  }
}

async function main(dir: string, writers: number): Promise<void> {
  const onFatal = (error: Error) => {
    writeSync(2, `${error.stack}\n`)
    process.exit(70)
  }
  // Small segments and quick checkpoints, so that kills hit rolls and publications too.
  const ledger = await openTest(dir, { checkpointIntervalMs: 10, segmentBytes: 512 * 1024, onFatal })
  report(READY)
  const write = async () => {
    for (let i = 0; ; i++) {
      const content = randomBytes(200)
      try {
        const { index } = await ledger.append({ ...intentDraft(i), content })
        report(`${index} ${createHash('sha256').update(content).digest('hex')}\n`)
        if (i % 2 === 0) await ledger.append(outcomeDraft(index))
        if (i % 16 === 0) await ledger.append({ class: 'statement', statement: { i } })
      } catch (error) {
        // A full disk is refused and retried; anything else ends the process.
        if (!(error instanceof LedgerError) || error.code !== 'ledger_not_writable') throw error
        report('refused\n')
        await new Promise((resolve) => setTimeout(resolve, 20))
      }
    }
  }
  await Promise.all(Array.from({ length: writers }, write))
}

if (import.meta.main) await main(process.argv[2] ?? '', Number(process.argv[3] ?? 16))
