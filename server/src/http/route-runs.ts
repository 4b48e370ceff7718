/**
 * Runs over HTTP: inputs, start, list, show, live events, pause, resume, cancel; and "is this ours?".
 *
 * Spec: docs/spec/run.md §6. Whoever starts a run hands in a token of their own: a run acts in its person's name.
 */
import type { ServerResponse } from 'node:http'
import type { AdminCaller } from '../access/index.ts'
import { type Deconfliction, deconflictReceipt, deconflictTarget } from '../operations/index.ts'
import { isOver, type RunDesk, type RunSummary, RunsError, stepView } from '../runs/index.ts'
import type { AdminDeps } from './admin.ts'
import { type Answer, json } from './answer.ts'
import { personOf } from './caller.ts'
import { HttpError } from './error.ts'
import type { Call, Route } from './route.ts'

const BEAT_MS = 15_000
const RUN_ID = /^run_[0-9a-z]{1,64}$/

export function runRoutes(desk: RunDesk): Route[] {
  const one = (summary: RunSummary): Answer => json(200, summary)
  const proof = 'credential' as const
  return [
    { method: 'POST', path: '/v1/run-inputs', proof, handle: (call, caller) => put(call, caller, desk) },
    { method: 'POST', path: '/v1/runs', proof, handle: (call, caller) => start(call, caller, desk) },
    {
      method: 'GET',
      path: '/v1/runs',
      proof,
      handle: async (_, caller) => json(200, { runs: await desk.list(caller) }),
    },
    { method: 'GET', path: '/v1/runs/:id', proof, handle: (call, caller) => show(call, caller, desk) },
    {
      method: 'GET',
      path: '/v1/runs/:id/events',
      proof,
      handle: (call, caller) => events(call, caller, desk),
    },
    {
      method: 'POST',
      path: '/v1/runs/:id/pause',
      proof,
      handle: async (call, caller) => one(await desk.pause(caller, idOf(call))),
    },
    {
      method: 'POST',
      path: '/v1/runs/:id/resume',
      proof,
      handle: async (call, caller) => one(await desk.resume(caller, idOf(call), await call.body())),
    },
    {
      method: 'POST',
      path: '/v1/runs/:id/cancel',
      proof,
      handle: async (call, caller) => one(await desk.cancel(caller, idOf(call))),
    },
  ]
}

/** "Is this ours?" is asked of one institution's records, by its people. */
export function deconflictRoute({ ledger }: Pick<AdminDeps, 'ledger'>): Route {
  return {
    method: 'GET',
    path: '/v1/deconflict',
    proof: 'credential',
    async handle({ query }, caller) {
      const { institution } = personOf(caller)
      const receipt = query.get('receipt')
      if (receipt !== null) {
        const index = /^rcpt-(\d{1,15})$/.exec(receipt)?.[1]
        if (index === undefined)
          throw new HttpError('http_body_invalid', 'a receipt id is `rcpt-` and a number')
        return answered(await deconflictReceipt(Number(index), institution.id, ledger))
      }
      const [target, from, to] = [query.get('target'), timeOf(query.get('from')), timeOf(query.get('to'))]
      if (target === null || target === '' || from === null || to === null || to < from)
        throw new HttpError(
          'http_body_invalid',
          'say `receipt`, or `target` with `from` and `to` in milliseconds',
        )
      return answered(await deconflictTarget({ target, fromMs: from, toMs: to }, institution.id, ledger))
    },
  }
}

const answered = (found: Deconfliction): Answer => json(200, found)

function timeOf(text: string | null): number | null {
  return text !== null && /^\d{1,15}$/.test(text) ? Number(text) : null
}

/** @throws {HttpError} `http_media_type` {RunsError} */
async function put({ request }: Call, caller: AdminCaller, desk: RunDesk): Promise<Answer> {
  personOf(caller)
  if (!/^application\/octet-stream$/i.test(request.headers['content-type'] ?? ''))
    throw new HttpError('http_media_type', 'an input is `application/octet-stream`')
  return json(201, await desk.putInput(caller, request))
}

async function start(call: Call, caller: AdminCaller, desk: RunDesk): Promise<Answer> {
  personOf(caller)
  return json(201, await desk.start(caller, await call.body()))
}

async function show(call: Call, caller: AdminCaller, desk: RunDesk): Promise<Answer> {
  const { summary, run } = await desk.show(caller, idOf(call))
  return json(200, {
    ...summary,
    inputs: run.start.inputs,
    list: run.steps.map(stepView),
    result: run.result,
  })
}

/** Server-sent events: every step so far, then what happens, until the run is over or the client leaves. */
async function events(call: Call, caller: AdminCaller, desk: RunDesk): Promise<Answer> {
  const id = idOf(call)
  // What a caller may not see is refused before a stream begins.
  await desk.show(caller, id)
  return {
    status: 200,
    headers: { 'content-type': 'text/event-stream', 'cache-control': 'no-store' },
    body: Buffer.alloc(0),
    stream: (response) => void follow(response, caller, id, desk),
  }
}

async function follow(
  response: ServerResponse,
  caller: AdminCaller,
  id: string,
  desk: RunDesk,
): Promise<void> {
  const say = (event: string, data: unknown): void => {
    response.write(`event: ${event}\ndata: ${JSON.stringify(data)}\n\n`)
  }
  const beat = setInterval(() => response.write(': \n\n'), BEAT_MS)
  let stop = (): void => {}
  const end = (): void => {
    clearInterval(beat)
    stop()
    if (!response.writableEnded) response.end()
  }
  response.once('close', end)
  try {
    stop = await desk.watch(caller, id, (news) => {
      if (news.event === 'progress') return say('progress', news.progress)
      if (news.event === 'step') say('step', stepView(news.step))
      say('run', news.run)
      if (isOver(news.run.state) && !news.run.driven) end()
    })
    const { summary, run } = await desk.show(caller, id)
    for (const step of run.steps) say('step', stepView(step))
    say('run', summary)
    if (isOver(summary.state)) end()
  } catch {
    // The run is gone with the server: the stream ends.
    end()
  }
}

function idOf({ params }: Call): string {
  const id = params.id ?? ''
  if (RUN_ID.test(id)) return id
  throw new RunsError('runs_unknown', 'no such run of your institution')
}
