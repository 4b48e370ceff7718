/**
 * Portkey's gateway from npm, the peer most often run in its place: it only passes requests through here.
 *
 * The transitive versions are those of its own lockfile; with the newest ones every streamed request
 * answers 500, and a broken peer is no comparison.
 */
import { request } from 'node:http'
import { join } from 'node:path'
import { startProcess } from '../child.ts'
import { installOnDemand } from '../on-demand.ts'
import { BENCH_MODEL, CHAT_PATH, type StartPeer } from './peer.ts'
import { freePort } from './plain.ts'

const PORTKEY = {
  name: '@portkey-ai/gateway',
  version: '1.15.2',
  overrides: { hono: '4.9.7', '@hono/node-server': '1.13.5' },
}
const START_MS_MAX = 15_000
const POLL_MS = 100

export const startPortkey: StartPeer = async (upstream) => {
  const installed = await installOnDemand(PORTKEY)
  if ('skipped' in installed) return installed
  const port = await freePort()
  const entry = join(installed.dir, 'node_modules', PORTKEY.name, 'build', 'start-server.js')
  const child = await startProcess<null>(process.execPath, [entry, '--headless', `--port=${port}`], {
    env: { NODE_ENV: 'production', TRUSTED_CUSTOM_HOSTS: '127.0.0.1' },
  })
  await listening(port)
  return {
    port,
    path: CHAT_PATH,
    headers: {
      'x-portkey-provider': 'openai',
      'x-portkey-custom-host': `http://127.0.0.1:${upstream.port}/v1`,
      authorization: 'Bearer bench',
    },
    model: BENCH_MODEL,
    pids: [child.pid],
    stop: () => child.stop(),
  }
}

async function listening(port: number): Promise<void> {
  const deadline = Date.now() + START_MS_MAX
  while (!(await answers(port))) {
    if (Date.now() > deadline) throw new Error(`portkey did not listen within ${START_MS_MAX} ms`)
    await new Promise((resolve) => setTimeout(resolve, POLL_MS))
  }
}

function answers(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const probe = request({ port, host: '127.0.0.1', path: '/' }, (response) => {
      response.resume()
      resolve(true)
    })
    probe.once('error', () => resolve(false))
    probe.end()
  })
}
