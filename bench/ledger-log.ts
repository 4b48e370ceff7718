/** The ledger that the ledger bench opens: its key lies beside it, so that another process can open it again. */
import { createPrivateKey, generateKeyPairSync, type KeyObject, randomBytes } from 'node:crypto'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { systemClock } from '../server/src/base/index.ts'
import { type EpochKey, type KeyRing, type Ledger, openLedger } from '../server/src/ledger/index.ts'

/** What a gateway's request and its answer weigh. */
export const CONTENT_BYTES = 500

/** Opens the ledger in `dir/ledger`, made when there is none. */
export function openBenchLedger(dir: string): Promise<Ledger> {
  return openLedger({
    dir: `${dir}/ledger`,
    origin: 'bench.example/log',
    signingKey: signingKey(`${dir}/checkpoint.pem`),
    clock: systemClock,
    kek: memoryKeyRing(),
    onFatal(error) {
      throw error
    },
  })
}

/** Records an intent and, when it is durable, its outcome; `timed` wraps each append. */
export async function recordExchange(
  ledger: Ledger,
  content: Buffer,
  timed: (append: () => Promise<{ readonly index: number }>) => Promise<number>,
): Promise<void> {
  const intent = await timed(() =>
    ledger.append({
      class: 'exchange',
      kind: 'intent',
      institution: 'bench',
      fields: { actor: 'p-bench', session: 's-bench', decision: { verdict: 'allow', clauses: ['4.1'] } },
      content,
    }),
  )
  await timed(() =>
    ledger.append({
      class: 'exchange',
      kind: 'outcome',
      institution: 'bench',
      fields: { refers: intent, response: { end: 'completed', tokens: 120 } },
      content,
    }),
  )
}

function signingKey(path: string): KeyObject {
  if (existsSync(path)) return createPrivateKey(readFileSync(path, 'utf8'))
  const { privateKey } = generateKeyPairSync('ed25519')
  writeFileSync(path, privateKey.export({ type: 'pkcs8', format: 'pem' }), { mode: 0o600 })
  return privateKey
}

/** Keys that live as long as the run. */
function memoryKeyRing(): KeyRing {
  const byOwner = new Map<string, EpochKey>()
  const all: EpochKey[] = []
  return {
    sealing(owner) {
      const known = byOwner.get(owner)
      if (known !== undefined) return known
      const key = { id: all.length + 1, owner, epoch: 202_601, key: randomBytes(32) }
      all.push(key)
      byOwner.set(owner, key)
      return key
    },
    find: (id) => all[id - 1] ?? null,
  }
}
