/** Server-sent events of the admin listener, as values. */
import type { CliContext } from './command.ts'
import { CliError } from './error.ts'
import { type Address, memberOf } from './server-call.ts'

export interface ServerEvent {
  readonly event: string
  readonly data: unknown
}

/** @throws {CliError} `cli_server_refused`, `cli_server_unreachable` */
export async function* eventsOf(
  context: CliContext,
  { url, from }: Address,
  at: string,
  token: string,
): AsyncGenerator<ServerEvent> {
  let response: Response
  try {
    response = await context.fetch(`${url}${at}`, {
      redirect: 'error',
      headers: { authorization: `Bearer ${token}`, accept: 'text/event-stream' },
    })
  } catch (cause) {
    throw new CliError('cli_server_unreachable', `cannot reach ${url}, from ${from}`, { cause })
  }
  if (!response.ok || response.body === null) {
    const answer: unknown = await response.json().catch(() => null)
    throw new CliError(
      'cli_server_refused',
      String(memberOf(answer, 'detail') ?? `answered ${response.status}`),
    )
  }
  const decoder = new TextDecoder()
  let rest = ''
  for await (const chunk of response.body as unknown as AsyncIterable<Uint8Array>) {
    rest += decoder.decode(chunk, { stream: true })
    const events = rest.split('\n\n')
    rest = events.pop() ?? ''
    for (const text of events) {
      const read = readEvent(text)
      if (read !== null) yield read
    }
  }
}

function readEvent(text: string): ServerEvent | null {
  const event = /^event: (.*)$/m.exec(text)?.[1]
  const data = /^data: (.*)$/m.exec(text)?.[1]
  return event === undefined || data === undefined ? null : { event, data: JSON.parse(data) as unknown }
}
