/**
 * Agreement documents by their digest: the configured one, and every one this server ever held.
 *
 * Statements name an agreement by digest. A document that was replaced on disk must still be at hand when the
 * ledger is folded again, so each is kept under its digest.
 */
import {
  closeSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
  writeSync,
} from 'node:fs'
import path from 'node:path'
import { type Agreement, checkCapabilities, loadAgreement } from './agreement/index.ts'
import { CAPABILITIES } from './boundary/index.ts'

const DOCUMENT = /^[0-9a-f]{64}\.md$/

export interface AgreementShelf {
  /** The document that the configuration names. */
  readonly configured: Agreement
  find(digest: string): Agreement | null
}

/** @throws {AgreementError} when the configured document is not good; `find`: when one that was kept is not */
export function openAgreementShelf(file: string, dataDir: string): AgreementShelf {
  const directory = path.join(dataDir, 'agreements')
  mkdirSync(directory, { recursive: true, mode: 0o700 })
  const configured = load(readFileSync(file), file)
  const kept = path.join(directory, `${configured.digest}.md`)
  const names = readdirSync(directory).filter((name) => DOCUMENT.test(name))
  if (!names.includes(path.basename(kept))) keep(kept, configured.documentText)
  const byDigest = new Map([[configured.digest, configured]])
  return {
    configured,
    // Read when a statement names it: a document that nothing names any more keeps nobody from starting.
    find(digest) {
      const known = byDigest.get(digest)
      if (known !== undefined || !names.includes(`${digest}.md`)) return known ?? null
      const found = load(readFileSync(path.join(directory, `${digest}.md`)), `${digest}.md`)
      byDigest.set(digest, found)
      return found
    },
  }
}

function load(bytes: Buffer, file: string): Agreement {
  const agreement = loadAgreement(bytes, file)
  checkCapabilities(agreement, CAPABILITIES)
  return agreement
}

function keep(file: string, text: string): void {
  const temporary = `${file}.tmp`
  const fd = openSync(temporary, 'w', 0o600)
  try {
    writeSync(fd, text)
    fsyncSync(fd)
  } finally {
    closeSync(fd)
  }
  renameSync(temporary, file)
}
