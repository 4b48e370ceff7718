/** The rows that govern nothing: no gateway at all, bare undici, and nginx. */
import { spawnSync } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { startProcess, startScript } from '../child.ts'
import { childrenOf } from '../process-meter.ts'
import { BENCH_MODEL, CHAT_PATH, type StartPeer } from './peer.ts'

const PLAIN = { path: CHAT_PATH, headers: {}, model: BENCH_MODEL } as const
const NGINX_START_MS = 300

export const startDirect: StartPeer = async (upstream) => ({
  ...PLAIN,
  port: upstream.port,
  pids: [],
  stop: async () => {},
})

export const startUndici: StartPeer = async (upstream) => {
  const child = await startScript<{ port: number }>(new URL('./undici-proxy.ts', import.meta.url), [
    `${upstream.port}`,
  ])
  return { ...PLAIN, port: child.ready.port, pids: [child.pid], stop: () => child.stop() }
}

/** One worker, no buffering of answers, keep-alive to the upstream: nginx as a gateway would be set up. */
export const startNginx: StartPeer = async (upstream) => {
  if (spawnSync('nginx', ['-v']).error !== undefined) return { skipped: 'nginx is not installed' }
  const dir = await mkdtemp(join(tmpdir(), 'sekisho-bench-nginx-'))
  const port = await freePort()
  await writeFile(join(dir, 'nginx.conf'), nginxConfig(dir, port, upstream.port))
  const child = await startProcess<null>(
    'nginx',
    ['-c', join(dir, 'nginx.conf'), '-p', dir, '-e', join(dir, 'error.log')],
    {},
  )
  await new Promise((resolve) => setTimeout(resolve, NGINX_START_MS))
  return {
    ...PLAIN,
    port,
    pids: [child.pid, ...childrenOf(child.pid)],
    async stop() {
      await child.stop('SIGTERM')
      await rm(dir, { recursive: true, force: true })
    },
  }
}

function nginxConfig(dir: string, port: number, upstreamPort: number): string {
  const temporary = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi']
  return `daemon off; worker_processes 1; pid ${dir}/nginx.pid;
    events { worker_connections 4096; }
    http {
      access_log off; keepalive_requests 1000000; client_body_buffer_size 128k;
      ${temporary.map((kind) => `${kind}_temp_path ${dir}/${kind};`).join(' ')}
      upstream model { server 127.0.0.1:${upstreamPort}; keepalive 256; keepalive_requests 1000000; }
      server {
        listen 127.0.0.1:${port};
        location / { proxy_pass http://model; proxy_http_version 1.1; proxy_set_header Connection ""; proxy_buffering off; }
      }
    }`
}

/** A port that was free a moment ago; nginx cannot choose one itself and say which. */
export function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer()
    server.once('error', reject)
    server.listen(0, '127.0.0.1', () => {
      const address = server.address()
      server.close(() => resolve(typeof address === 'object' && address !== null ? address.port : 0))
    })
  })
}
