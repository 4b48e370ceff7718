/**
 * A gateway process for tests: serves requests on a loopback port under the authority it connects to.
 *
 * `POST /` with a bearer token is admitted (an intent recorded) or refused; `GET /stream` sends a line every few
 * milliseconds for as long as it may. What it does with an answer is what the gateway room does, in few lines.
 */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { presentedToken } from '../access/index.ts'
import { loadAgreement } from '../agreement/index.ts'
import { systemClock } from '../base/index.ts'
import { connectAuthority } from './authority-worker.ts'
import { channelToParent } from './channel.ts'

const authority = await connectAuthority({
  channel: channelToParent(),
  clock: systemClock,
  loadAgreement: (document) => loadAgreement(document, 'from the writer'),
})

/** Whether anything may be served: what a decider would say under a stop is no. */
const open = (): boolean => authority.leaseValid() && authority.snapshot().stops.length === 0

async function ask(request: IncomingMessage): Promise<string> {
  if (!authority.leaseValid()) return 'lease'
  const presented = presentedToken(request.headers)
  const result = presented.ok ? authority.authenticate(presented.token) : presented
  if (!result.ok) return result.failure
  if (!open()) return 'stopped'
  const { actor, institution } = result.principal
  const who = { actor: actor.id, institution: institution.id }
  const reserved = await authority.reserve({ ...who, tokens: 10, grant: null })
  if (!reserved.ok) return reserved.refusal
  const { index } = await authority.append(
    {
      class: 'exchange',
      kind: 'intent',
      institution: institution.id,
      fields: {
        actor: actor.id,
        decision: {
          id: `dec_${'0'.repeat(26)}`,
          verdict: 'allow',
          snapshot: authority.snapshot().index,
          clauses: [],
          capability: 'none',
          grant: null,
          reserved_tokens: 10,
          approval: null,
        },
      },
    },
    { reservation: reserved.reservation },
  )
  return open() ? `accepted ${index}` : 'stopped'
}

function stream(response: ServerResponse): void {
  const end = (): void => {
    clearInterval(timer)
    response.end('cut\n')
  }
  const timer = setInterval(() => (open() ? response.write('more\n') : end()), 2)
  authority.onLease((valid) => valid || end())
  authority.onSnapshot(() => open() || end())
}

const server = createServer((request, response) => {
  if (request.url === '/stream') return stream(response)
  ask(request).then(
    (answer) => response.end(answer),
    (error: unknown) =>
      response.end(error instanceof Error && 'code' in error ? String(error.code) : 'error'),
  )
})
server.listen(0, '127.0.0.1', () => console.log((server.address() as AddressInfo).port)) // an address once it listens
process.once('disconnect', () => process.exit(0))
