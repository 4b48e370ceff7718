/**
 * Runs `sekisho-verify` as an auditor would: a program of its own, with a directory and a public key and no more.
 */
import { spawn } from 'node:child_process'

/** `good`, or the code of what failed. */
export type Verdict = string

const COMMAND = new URL('../../verify/src/cli.ts', import.meta.url)

export async function verifyByCommand(dir: string, key: string, saved?: string): Promise<Verdict> {
  const args = ['ledger', dir, '--key', key, '--json', ...(saved === undefined ? [] : ['--saved', saved])]
  const { code, out, err } = await run(args)
  if (code === 0) return 'good'
  const answer = parse(out)
  return typeof answer?.code === 'string' ? answer.code : `exit ${code}: ${err.trim()}`
}

function run(args: readonly string[]): Promise<{ code: number | null; out: string; err: string }> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, ['--conditions=sekisho-source', COMMAND.pathname, ...args], {
      stdio: ['ignore', 'pipe', 'pipe'],
      // No environment, so that nothing but the arguments can matter.
      env: {},
    })
    let out = ''
    let err = ''
    child.stdout.on('data', (chunk: Buffer) => {
      out += chunk.toString()
    })
    child.stderr.on('data', (chunk: Buffer) => {
      err += chunk.toString()
    })
    child.once('error', reject)
    child.once('close', (code) => resolve({ code, out, err }))
  })
}

function parse(text: string): { code?: unknown } | null {
  try {
    return JSON.parse(text) as { code?: unknown } // The command's own output; members are checked where used.
  } catch {
    return null
  }
}
