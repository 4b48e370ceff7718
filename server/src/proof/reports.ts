/**
 * What voters are shown beside a proposed document: the exact difference to the version in force, and the proof report.
 *
 * Computed by whoever opens the ballot, by the writer that is asked to, and by anybody else from the ledger: the same bytes.
 * Spec: docs/spec/proposal.md §4.
 */
import { Worker } from 'node:worker_threads'
import { loadAgreement } from '../agreement/index.ts'
import { compareAgreements } from './difference.ts'
import { ProofError } from './error.ts'
import { proveAgreement } from './prove.ts'

export interface Reports {
  /** SHA-256 (hex) of the document, the difference and the proof report. */
  readonly document: string
  readonly difference: string
  readonly proof: string
  readonly brokenHard: readonly string[]
  readonly brokenSoft: readonly string[]
}

/** @throws {AgreementError} {ProofError} */
export function makeReports(before: string, after: string): Reports {
  const next = loadAgreement(after, 'document')
  const { digest: difference } = compareAgreements(loadAgreement(before, 'in force'), next)
  const { digest: proof, brokenHard, brokenSoft } = proveAgreement(next)
  return { document: next.digest, difference, proof, brokenHard, brokenSoft }
}

/**
 * The same in a thread of its own: some hundred milliseconds in which the writer would renew no lease.
 *
 * @throws {ProofError} `proof_thread_failed`
 */
export function makeReportsAside(before: string, after: string): Promise<Reports> {
  return new Promise((resolve, reject) => {
    const worker = new Worker(new URL('./reports-thread.ts', import.meta.url), {
      workerData: { before, after },
    })
    const fail = (cause?: unknown): void =>
      reject(new ProofError('proof_thread_failed', 'the reports could not be computed', { cause }))
    worker.once('message', resolve)
    worker.once('error', fail)
    worker.once('exit', () => fail())
  })
}
