/**
 * The administration desk of the tour: every token, approval and stop goes through the real `sekisho` command,
 * run in this process, which signs here and speaks HTTP to the admin listener.
 */
import { setTimeout as sleep } from 'node:timers/promises'
import { runCli } from '../src/cli/index.ts'

/** A connection that broke is tried again so often in all, waiting a little longer each time. */
const ATTEMPTS = 3
const AGAIN_MS = 250
const UNREACHABLE = /: cannot reach /

export interface DeskAnswer {
  readonly ok: boolean
  /** What a script reads: the token, the number of the stop. */
  readonly out: string
  /** Stable code of the refusal, or null. */
  readonly code: string | null
  readonly words: string
}

export interface Desk {
  /** @throws {Error} with the command's own words when it fails */
  run(...words: string[]): Promise<string>
  /** The same where a refusal is expected. */
  ask(...words: string[]): Promise<DeskAnswer>
  /**
   * One call to the admin listener with a credential minted by this key file, parsed.
   *
   * @throws {Error} when it is refused
   */
  get(path: string, keyFile: string): Promise<unknown>
}

export function openDesk(adminUrl: string, root: string): Desk {
  const ask = async (...words: string[]): Promise<DeskAnswer> => {
    const out: string[] = []
    const err: string[] = []
    const code = await runCli(words, {
      env: { SEKISHO_ADMIN: adminUrl },
      cwd: root,
      root,
      out: (text) => void out.push(text),
      err: (text) => void err.push(text),
      nowMs: Date.now,
      fetch,
      serve: async () => {
        throw new Error('the tour runs against a server that is up')
      },
    })
    const spoken = err.join('\n')
    return { ok: code === 0, out: out.join('\n'), code: codeIn(spoken), words: spoken }
  }
  /** What a person does when the connection broke: the same again. Whether the first got through shows in the answer. */
  const askAgain = async (...words: string[]): Promise<DeskAnswer> => {
    let answer = await ask(...words)
    for (let again = 1; again < ATTEMPTS && !answer.ok && UNREACHABLE.test(answer.words); again++) {
      await sleep(AGAIN_MS * again)
      answer = await ask(...words)
      if (answer.code === 'statement_already_voted') return { ...answer, ok: true }
    }
    return answer
  }
  const run = async (...words: string[]): Promise<string> => {
    const answer = await askAgain(...words)
    if (!answer.ok) throw new Error(answer.words)
    return answer.out
  }
  const credentials = new Map<string, Promise<string>>()
  const credentialOf = (keyFile: string): Promise<string> => {
    const credential = credentials.get(keyFile) ?? run('token', '--administration', '--key', keyFile)
    credentials.set(keyFile, credential)
    return credential
  }
  return {
    ask: askAgain,
    run,
    async get(path, keyFile) {
      const headers = { authorization: `Bearer ${await credentialOf(keyFile)}`, connection: 'close' }
      const get = (): Promise<Response> => fetch(`${adminUrl}${path}`, { headers })
      const response = await get().catch(async () => {
        await sleep(AGAIN_MS)
        return get()
      })
      if (!response.ok) throw new Error(`GET ${path} answered ${response.status}`)
      return response.json()
    },
  }
}

/** The command ends its words with the code in parentheses. */
function codeIn(words: string): string | null {
  return /\(([a-z]+(?:_[a-z]+)+)\)\s*$/.exec(words)?.[1] ?? null
}
