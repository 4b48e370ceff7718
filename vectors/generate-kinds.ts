/**
 * Writes vectors/kinds.json and vectors/pack/: every kind of entry, and evidence packs. All of it is fixed, so a run writes
 * the committed bytes again; a test compares.
 *   node --conditions=sekisho-source vectors/generate-kinds.ts
 */
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { kindVectors } from '../server/src/ledger/kind-vectors-for-test.ts'
import { formatVerifierKey, writeTar } from '../verify/src/index.ts'
import { PACK_LOG, testPack } from '../verify/src/pack-for-test.ts'

const here = import.meta.dirname
writeFileSync(join(here, 'kinds.json'), `${JSON.stringify(kindVectors(), null, 1)}\n`)
mkdirSync(join(here, 'pack'), { recursive: true })
writeFileSync(join(here, 'pack', 'verifier-key'), `${formatVerifierKey(PACK_LOG.key.name, PACK_LOG.key.publicKey)}\n`)
writeFileSync(join(here, 'pack', 'auditor.tar'), writeTar(await testPack()))
writeFileSync(join(here, 'pack', 'sample.tar'), writeTar(await testPack({ sample: true })))
