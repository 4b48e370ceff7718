/** The server's own checkpoints before witnesses: the policy file read, the past checked, the rounds begun. */
import { readFileSync } from 'node:fs'
import { parsePolicy, VerifyError } from 'sekisho-verify'
import { type Logger, systemClock } from './base/index.ts'
import type { Config } from './config/index.ts'
import type { Ledger } from './ledger/index.ts'
import { Witnessing } from './witness/index.ts'

/**
 * Null when no policy is configured.
 *
 * @throws {WitnessError} `witness_rolled_back`, `witness_fork`, `witness_policy_foreign`, `witness_policy_unreachable`
 * @throws {VerifyError} the policy file
 */
export async function openWitnessing(
  config: Config,
  ledger: Ledger,
  logger: Logger,
  onFatal: (error: Error) => void,
): Promise<Witnessing | null> {
  const { policy: file, witnessTimeoutMs: timeoutMs, witnessDeadlineMs: deadlineMs } = config.ledger
  if (file === null) return null
  const policy = readPolicy(file)
  const means = { ledger, policy, clock: systemClock, log: logger, fetch, timeoutMs, deadlineMs, onFatal }
  const witnessing = new Witnessing(means)
  await witnessing.checkStart()
  witnessing.start()
  return witnessing
}

function readPolicy(file: string) {
  try {
    return parsePolicy(readFileSync(file))
  } catch (cause) {
    if (!(cause instanceof VerifyError)) throw cause
    const place = cause.place === undefined ? '' : `:${cause.place.replace(/^line /, '')}`
    throw new VerifyError(cause.code, `${file}${place}: ${cause.message}`, { cause })
  }
}
