/** What every row is given: the server, the desk, and who may ask what. */
import { randomBytes } from 'node:crypto'
import { join } from 'node:path'
import type { Announcement } from './announcement.ts'
import type { Answer } from './answer.ts'
import type { Ask } from './ask.ts'
import { type Desk, openDesk } from './desk.ts'
import type { RowOutcome } from './row.ts'

export interface Tour {
  readonly server: Announcement
  readonly desk: Desk
  readonly model: string
  /** Unlike any earlier run's, so that no earlier approval covers this one. */
  readonly session: string
  /** Key file of a person or party of the sample programme. */
  keyOf(name: string): string
  /** A bearer token for a person of the sample programme, minted once per run. */
  tokenOf(name: string): Promise<string>
  /** Asks as that person; purpose and session go along as headers. */
  ask(ask: Ask, name: string, prompt: string, options?: AskOptions): Promise<Answer>
  /** Every answer so far that names a receipt, with the token of whom it was given to. */
  readonly receipted: readonly { readonly answer: Answer; readonly token: string }[]
  /** What a row reports about an answer. */
  outcome(got: string, answer: Answer): Promise<RowOutcome>
}

export interface AskOptions {
  readonly engagement?: string
  readonly session?: string
  readonly onPiece?: (piece: string) => void
}

/** The built-in model: every row runs with no key and no network. */
const MODEL = 'rehearsal/1'

export function openTour(server: Announcement, root: string): Tour {
  const desk = openDesk(server.admin, root)
  const session = `tour-${randomBytes(6).toString('hex')}`
  const tokens = new Map<string, Promise<string>>()
  /** Who asked what a decision was taken on: only their institution sees it. */
  const askedBy = new Map<string, string>()
  const receipted: { answer: Answer; token: string }[] = []
  const keyOf = (name: string): string => join(server.dataDir, 'sample-keys', `${name}.json`)
  const tokenOf = (name: string): Promise<string> => {
    const token = tokens.get(name) ?? desk.run('token', '--key', keyOf(name))
    tokens.set(name, token)
    return token
  }
  return {
    server,
    desk,
    model: MODEL,
    session,
    receipted,
    keyOf,
    tokenOf,
    async ask(ask, name, prompt, options = {}) {
      const headers: Record<string, string> = {
        'x-sekisho-session': options.session ?? session,
        'x-sekisho-purpose': 'tour',
        ...(options.engagement === undefined ? {} : { 'x-sekisho-engagement': options.engagement }),
      }
      const token = await tokenOf(name)
      const answer = await ask({
        gatewayUrl: server.gateway,
        token,
        model: MODEL,
        prompt,
        headers,
        ...(options.onPiece === undefined ? {} : { onPiece: options.onPiece }),
      })
      if (answer.decision !== null) askedBy.set(answer.decision, name)
      if (answer.receipt !== null) receipted.push({ answer, token })
      return answer
    },
    async outcome(got, answer) {
      const { decision, receipt } = answer
      const name = decision === null ? undefined : askedBy.get(decision)
      const clauses =
        answer.refusal?.clauses ??
        (decision === null || name === undefined ? [] : await clausesOf(desk, decision, keyOf(name)))
      const nearest = answer.refusal?.nearest ?? null
      return { got, clause: clauses.join(' ') || (nearest === null ? null : `(${nearest})`), receipt }
    },
  }
}

/** Clauses that determined a decision, as administration has them. */
async function clausesOf(desk: Desk, decision: string, keyFile: string): Promise<string[]> {
  const view = (await desk.get(`/v1/decisions/${decision}`, keyFile)) as { clauses?: unknown }
  return Array.isArray(view.clauses) ? view.clauses.map(String) : []
}
