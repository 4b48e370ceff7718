/** The writer's desk over a channel: the gateway process asks, the server answers. */

import type { Channel } from './authority/index.ts'
import type { WitnessedState, WriterDesk } from './gateway/index.ts'
import { ProgrammeError } from './programme/index.ts'
import { type DeskCall, fromWorker, toWorker } from './worker-messages.ts'

interface Waiting {
  readonly resolve: (value: unknown) => void
  readonly reject: (error: Error) => void
}

/** The gateway's end. Its calls reject with `programme_channel_closed` when the server is gone. */
export function connectDesk(channel: Channel): WriterDesk {
  const waiting = new Map<number, Waiting>()
  let calls = 0
  let closed = false
  channel.onMessage((raw) => {
    const message = toWorker(raw)
    if (message?.w !== 'reply' && message?.w !== 'failure') return
    const call = waiting.get(message.call)
    waiting.delete(message.call)
    if (message.w === 'reply') call?.resolve(message.value)
    else
      call?.reject(new ProgrammeError('programme_channel_protocol', `the writer failed: ${message.message}`))
  })
  channel.onClose(() => {
    closed = true
    for (const call of waiting.values()) call.reject(writerGone())
    waiting.clear()
  })
  const ask = (question: DeskCall): Promise<unknown> => {
    if (closed) return Promise.reject(writerGone())
    calls += 1
    const call = calls
    return new Promise((resolve, reject) => {
      waiting.set(call, { resolve, reject })
      channel.send({ w: 'ask', call, ask: question })
    })
  }
  return {
    // The server answers with what its own desk gave: the same types.
    receipt: (...args) => ask({ method: 'receipt', args }) as Promise<string | null>,
    checkpointed: async (...args) => void (await ask({ method: 'checkpointed', args })),
    witnessed: (...args) => ask({ method: 'witnessed', args }) as Promise<WitnessedState>,
    issue: async (...args) => void (await ask({ method: 'issue', args })),
    firstForeign: (...args) => ask({ method: 'firstForeign', args }) as Promise<string | null>,
  }
}

/** The server's end. */
export function serveDesk(channel: Channel, desk: WriterDesk): void {
  channel.onMessage((raw) => {
    const message = fromWorker(raw)
    if (message?.w !== 'ask') return
    const { call } = message
    answer(desk, message.ask).then(
      (value) => channel.send({ w: 'reply', call, value }),
      (error: unknown) => channel.send({ w: 'failure', call, message: String(error) }),
    )
  })
}

async function answer(desk: WriterDesk, ask: DeskCall): Promise<unknown> {
  switch (ask.method) {
    case 'receipt':
      return desk.receipt(...ask.args)
    case 'checkpointed':
      return desk.checkpointed(...ask.args)
    case 'witnessed':
      return desk.witnessed(...ask.args)
    case 'issue':
      return desk.issue(...ask.args)
    case 'firstForeign':
      return desk.firstForeign(...ask.args)
  }
}

function writerGone(): ProgrammeError {
  return new ProgrammeError('programme_channel_closed', 'the writer is gone')
}
