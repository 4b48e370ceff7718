/** Reading a ledger from a directory; the only part of the library that needs Node. */
import { readFile, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { VerifyError } from './error.ts'
import { FILE_BYTES_MAX, type LedgerReader } from './reader.ts'

/** Reads a downloaded ledger: `dir` holds `checkpoint` and `tile/`. */
export function directoryReader(dir: string): LedgerReader {
  return {
    async read(path) {
      const place = join(dir, path)
      try {
        const { size } = await stat(place)
        if (size > FILE_BYTES_MAX)
          throw new VerifyError('read_too_large', `\`${place}\` is over ${FILE_BYTES_MAX} bytes`)
        return await readFile(place)
      } catch (cause) {
        if (cause instanceof VerifyError) throw cause
        const code = (cause as NodeJS.ErrnoException).code // fs rejects with errno exceptions
        if (code === 'ENOENT' || code === 'ENOTDIR') return null
        throw new VerifyError('read_failed', `cannot read \`${place}\` (${code})`, { place, cause })
      }
    },
  }
}
