/**
 * What voters are shown beside a proposed document: the exact difference to the version in force, and the proof report.
 *
 * Computed by whoever opens the ballot, by the writer that is asked to, and by anybody else from the ledger: the same bytes.
 * Spec: docs/spec/proposal.md §4.
 */
import { Worker } from 'node:worker_threads'
import { type Agreement, loadAgreement } from '../agreement/index.ts'
import { createDecider, type Decider } from '../authorization/index.ts'
import { compareAgreements } from './difference.ts'
import { ProofError } from './error.ts'
import { proveAgreement } from './prove.ts'
import type { Decide } from './replay.ts'

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
  return reportsOf(loadAgreement(before, 'in force'), loadAgreement(after, 'document'))
}

/** The same of documents that are loaded: the engine that confirms what is shown of `after` is made once for both. @throws {ProofError} */
export function reportsOf(before: Agreement, after: Agreement): Reports {
  let decider: Decider | undefined
  const decide: Decide = (facts) => {
    decider ??= createDecider(after)
    return decider.decide(facts)
  }
  const { digest: difference } = compareAgreements(before, after, { decideAfter: decide })
  const { digest: proof, brokenHard, brokenSoft } = proveAgreement(after, { decide })
  return { document: after.digest, difference, proof, brokenHard, brokenSoft }
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
