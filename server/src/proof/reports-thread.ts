/** The thread of `makeReportsAside`: two documents in, their reports out. */
import { parentPort, workerData } from 'node:worker_threads'
import { makeReports } from './reports.ts'

const { before, after } = workerData as { readonly before: string; readonly after: string } // by `makeReportsAside`
parentPort?.postMessage(makeReports(before, after))
