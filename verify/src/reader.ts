/**
 * Where a ledger's public files are read from: anything that maps a path to bytes.
 *
 * Spec: c2sp.org/tlog-tiles; ours: docs/spec/ledger.md §5. Reading a directory: `sekisho-verify/node`.
 */
import { VerifyError } from './error.ts'

/** Largest public file accepted: a full bundle of the largest entries. */
export const FILE_BYTES_MAX = 32 * 1024 * 1024

export interface LedgerReader {
  /** The file's bytes, or null when there is none. */
  read(path: string): Promise<Uint8Array | null>
  /** Names in a directory, those of directories ending in a slash; empty when there is none. Not every reader can. */
  list?(path: string): Promise<readonly string[]>
}

/** Reads over HTTP; `base` is the log's prefix. Redirects are refused, so that the answer is the server's own. */
export function urlReader(base: string, timeoutMs = 30_000): LedgerReader {
  const prefix = base.endsWith('/') ? base : `${base}/`
  return {
    async read(path) {
      const place = prefix + path
      let response: Response
      try {
        response = await fetch(place, { redirect: 'error', signal: AbortSignal.timeout(timeoutMs) })
      } catch (cause) {
        throw new VerifyError('read_failed', `cannot read \`${place}\``, { place, cause })
      }
      if (response.status === 404 || response.status === 410) return null
      if (response.status !== 200) {
        throw new VerifyError('read_failed', `\`${place}\` answered ${response.status}`, {
          place,
          got: String(response.status),
        })
      }
      return readLimited(response, place)
    },
  }
}

async function readLimited(response: Response, place: string): Promise<Uint8Array> {
  const chunks: Uint8Array[] = []
  let length = 0
  const stream = response.body?.getReader()
  for (;;) {
    const step = await stream?.read()
    if (step?.value === undefined) break
    length += step.value.length
    if (length > FILE_BYTES_MAX) {
      await stream?.cancel()
      throw new VerifyError('read_too_large', `\`${place}\` is over ${FILE_BYTES_MAX} bytes`, { place })
    }
    chunks.push(step.value)
  }
  const bytes = new Uint8Array(length)
  let at = 0
  for (const chunk of chunks) {
    bytes.set(chunk, at)
    at += chunk.length
  }
  return bytes
}
