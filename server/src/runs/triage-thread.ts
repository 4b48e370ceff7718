/** The thread that does a triage run's work, so that a million lines do not keep the server from its clock. */
import { parentPort, workerData } from 'node:worker_threads'
import type { JsonObject } from '../mcp/index.ts'
import { type Conclusion, TriageWork, type WorkInputs } from './triage-work.ts'

export type WorkMethod = 'match' | 'query' | 'lookup' | 'conclude'
export interface WorkCall {
  readonly id: number
  readonly method: WorkMethod
  readonly params: JsonObject
}
export type WorkMessage =
  | { readonly kind: 'done'; readonly id: number; readonly result: JsonObject }
  | { readonly kind: 'failed'; readonly id: number; readonly code: string; readonly message: string }
  | { readonly kind: 'progress'; readonly records: number; readonly bytes: number; readonly of: number }

const port = parentPort
if (port !== null) serve(port)

function serve(to: NonNullable<typeof parentPort>): void {
  const say = (message: WorkMessage): void => to.postMessage(message)
  let work: TriageWork | null = null
  to.on('message', ({ id, method, params }: WorkCall) => {
    try {
      work ??= new TriageWork(workerData as WorkInputs, (records, bytes, of) =>
        say({ kind: 'progress', records, bytes, of }),
      )
      say({ kind: 'done', id, result: answer(work, method, params) })
    } catch (error) {
      const { code = 'runs_work_failed', message } = error as { code?: string; message: string }
      say({ kind: 'failed', id, code, message })
    }
  })
}

function answer(work: TriageWork, method: WorkMethod, params: JsonObject): JsonObject {
  switch (method) {
    case 'match':
      return work.match(params)
    case 'query':
      return work.query(params)
    case 'lookup':
      return work.lookup(params)
    case 'conclude':
      return work.conclude(params as unknown as Conclusion)
  }
}
