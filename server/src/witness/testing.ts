/** Test support: a log with a key of its own, witnesses on free ports, and witnesses that misbehave. */
import { createPrivateKey, type KeyObject, sign } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { createServer, type RequestListener, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import {
  type CosignatureAlgorithm,
  formatCheckpoint,
  formatNote,
  formatVerifierKey,
  type Hash,
  leafHash,
  noteKeyId,
  proveConsistency,
  treeRoot,
  utf8,
} from 'sekisho-verify'
import { type Clock, silentLogger, systemClock } from '../base/index.ts'
import { formatAddCheckpoint } from './add-checkpoint.ts'
import { type Cosigner, openCosigners } from './cosigner.ts'
import { openWitness, type WitnessService } from './open-witness.ts'

export const ORIGIN = 'log.example/test'

/** An Ed25519 private key made of one repeated byte. */
export function seededKey(byte: number): KeyObject {
  const prefix = Buffer.from('302e020100300506032b657004220420', 'hex')
  return createPrivateKey({
    key: Buffer.concat([prefix, Buffer.alloc(32, byte)]),
    format: 'der',
    type: 'pkcs8',
  })
}

/** A log in memory whose entry `i` is the number, or other entries from `fork` on. */
export class TestLog {
  readonly vkey: string
  readonly #key: KeyObject
  readonly #origin: string

  constructor(byte = 3, origin = ORIGIN) {
    this.#key = seededKey(byte)
    this.#origin = origin
    this.vkey = formatVerifierKey(origin, this.#publicKey())
  }

  #publicKey(): Buffer {
    return Buffer.from(String(this.#key.export({ format: 'jwk' }).x), 'base64url')
  }

  leaves(size: number, fork = Infinity): Hash[] {
    return Array.from({ length: size }, (_, i) => leafHash(utf8(`entry ${i}${i >= fork ? ' forged' : ''}`)))
  }

  checkpoint(size: number, fork?: number, extension = ''): string {
    const text = `${formatCheckpoint(this.#origin, size, treeRoot(this.leaves(size, fork)))}${extension}`
    return this.sign(text)
  }

  sign(text: string): string {
    const keyId = noteKeyId(this.#origin, this.#publicKey())
    return formatNote(text, [{ name: this.#origin, keyId, signature: sign(null, utf8(text), this.#key) }])
  }

  async proof(oldSize: number, size: number, fork?: number): Promise<Hash[]> {
    const leaves = this.leaves(size, fork)
    const span = (level: number, index: number) => leaves.slice(index * 2 ** level, (index + 1) * 2 ** level)
    return proveConsistency(oldSize, size, async (level, index) => treeRoot(span(level, index)))
  }

  async request(oldSize: number, size: number, fork?: number): Promise<string> {
    const proof = oldSize === 0 || oldSize >= size ? [] : await this.proof(oldSize, size, fork)
    return formatAddCheckpoint({ oldSize, proof, checkpoint: utf8(this.checkpoint(size, fork)) })
  }
}

export function scratch(): string {
  return mkdtempSync(join(tmpdir(), 'sekisho-witness-'))
}

export interface RunningWitness {
  readonly name: string
  readonly url: string
  readonly vkey: string
  readonly service: WitnessService
  readonly dataDir: string
  stop(): Promise<void>
  [Symbol.asyncDispose](): Promise<void>
}

export interface WitnessOptions {
  readonly logs: readonly string[]
  readonly name?: string
  readonly algorithms?: readonly CosignatureAlgorithm[]
  readonly clock?: Clock
  readonly dataDir?: string
  readonly port?: number
}

/** A witness as `sekisho witness` runs it, on a free port. */
export async function startWitness(options: WitnessOptions): Promise<RunningWitness> {
  const own = options.dataDir === undefined
  const dataDir = options.dataDir ?? scratch()
  const name = options.name ?? 'witness.example/w1'
  const algorithms = options.algorithms ?? ['ed25519']
  const { logs, clock = systemClock } = options
  const service = await openWitness({ name, dataDir, algorithms, logs, clock, log: silentLogger })
  const url = await listenOn(service.server, options.port)
  const stop = () => service.close()
  return {
    name,
    url,
    vkey: service.cosigners[0]?.vkey ?? '',
    service,
    dataDir,
    stop,
    async [Symbol.asyncDispose]() {
      await stop()
      if (own) rmSync(dataDir, { recursive: true, force: true })
    },
  }
}

/** A server that answers as the test says, with a cosigner's key of its own. */
export async function startLiar(listener: RequestListener, name = 'witness.example/liar') {
  const dir = scratch()
  const [cosigner] = openCosigners(dir, name, ['ed25519']) as [Cosigner] // one algorithm, one cosigner
  const server = createServer(listener)
  const url = await listenOn(server)
  return {
    url,
    cosigner,
    vkey: cosigner.vkey,
    async [Symbol.asyncDispose]() {
      server.close()
      server.closeAllConnections()
      rmSync(dir, { recursive: true, force: true })
    },
  }
}

async function listenOn(server: Server, port = 0): Promise<string> {
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve))
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}` // a TCP listener has an address object
}
