/** Stage 12: what the client gets. Headers that name decision and receipt stand on every answer that has them. */
import type { OutgoingHttpHeaders, ServerResponse } from 'node:http'
import { type Dialect, type Problem, problemResponse } from '../wire/index.ts'

/** What an answer is about, when it is about a recorded exchange. */
export interface AnswerRefs {
  readonly decisionId: string
  readonly intent: number
}

/** Names one exchange: the ledger index of its intent. */
export const receiptId = (intent: number): string => `rcpt-${intent}`

/** Reads a receipt id back, or null. */
export function parseReceiptId(text: string): number | null {
  const match = /^rcpt-(0|[1-9][0-9]{0,14})$/.exec(text)
  return match === null ? null : Number(match[1])
}

export function refsHeaders(refs: AnswerRefs | null): OutgoingHttpHeaders {
  return refs === null
    ? {}
    : { 'x-sekisho-decision': refs.decisionId, 'x-sekisho-receipt': receiptId(refs.intent) }
}

/** Answers with a typed refusal in the dialect. A client that is gone already, or was answered, is left alone. */
export function respondProblem(
  response: ServerResponse,
  dialect: Dialect,
  problem: Problem,
  refs: AnswerRefs | null = null,
): void {
  if (response.headersSent || response.destroyed) {
    response.destroy()
    return
  }
  const answer = problemResponse(dialect, problem)
  response.writeHead(answer.status, {
    ...answer.headers,
    ...refsHeaders(refs),
    'content-length': answer.body.length,
    'cache-control': 'no-store',
    // A body that was not read to its end must not be taken for the next request.
    ...(response.req.complete ? {} : { connection: 'close' }),
  })
  response.end(answer.body)
}

/** A whole JSON answer. */
export function respondJson(
  response: ServerResponse,
  status: number,
  body: Buffer,
  headers: OutgoingHttpHeaders = {},
): void {
  if (response.headersSent || response.destroyed) return
  response.writeHead(status, {
    'content-type': 'application/json',
    'content-length': body.length,
    'cache-control': 'no-store',
    ...headers,
  })
  response.end(body)
}
