/** Stage 10, whole: collects a JSON answer, reads all of it, and releases it only then. */
import { type GuardOptions, restoreWhole, scanParts, type TokenBook } from '../guard/index.ts'
import { type Dialect, readResponse } from '../wire/index.ts'
import { guardStop, notePart, tooLarge, unreadable } from './guard-stream.ts'
import { NOTHING, type Relay, type RelayStep, Summary } from './relay.ts'

export function createWholeRelay(
  dialect: Dialect,
  guardOptions: GuardOptions,
  answerBytesMax: number,
  tokens: TokenBook | null = null,
): Relay {
  const chunks: Buffer[] = []
  const summary = new Summary()
  let bytes = 0
  return {
    push(chunk) {
      bytes += chunk.length
      if (bytes > answerBytesMax) return { ...NOTHING, stop: tooLarge(answerBytesMax) }
      chunks.push(chunk)
      return NOTHING
    },
    end(): RelayStep {
      const body = chunks.length === 1 ? chunks[0]! : Buffer.concat(chunks, bytes)
      const parts = readResponse(dialect, body)
      const failed = notePart(parts, summary, dialect)
      if (failed !== null) return { ...NOTHING, stop: failed }
      const unknown = parts.find((part) => part.type === 'unknown')
      if (unknown !== undefined) {
        return {
          ...NOTHING,
          stop: unreadable(`the upstream's answer holds \`${unknown.name}\`, which this build cannot read`),
        }
      }
      const [finding] = scanParts(parts, guardOptions)
      return finding === undefined
        ? { release: [], tail: [tokens === null ? body : restoreWhole(body, tokens)], stop: null }
        : { ...NOTHING, stop: guardStop(finding) }
    },
    summary: () => summary,
    failure: () => null,
  }
}
