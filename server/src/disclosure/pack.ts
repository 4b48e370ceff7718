/**
 * Making an evidence pack: the answer to an order that stands in the ledger.
 *
 * Spec: docs/spec/evidence-pack.md. Everything is taken under one checkpoint, and nothing is in a pack that its verifier
 * does not lead back to that checkpoint, except the readable pages and the reasons.
 */
import { type KeyObject, sign } from 'node:crypto'
import {
  agreementFile,
  contentFile,
  drawSample,
  encodeSpan,
  FIELD_NAMES,
  type FieldName,
  formatHashes,
  formatManifest,
  formatNote,
  formatWrappedKey,
  type JsonValue,
  type Manifest,
  nodesOf,
  PACK_FILES,
  type PackOrder,
  packNoteText,
  parseCheckpoint,
  parseOrder,
  parseVerifierKey,
  proveConsistency,
  proveRange,
  receiptFile,
  rootFrom,
  sha256,
  statementFile,
  toHex,
  utf8,
  wrappedKeyFile,
} from 'sekisho-verify'
import { directoryReader } from 'sekisho-verify/node'
import type { Agreement, DisclosureProfile } from '../agreement/index.ts'
import type { CustodyRing } from '../custody/index.ts'
import type { CustodyLedger, StoredStatement } from '../ledger/index.ts'
import { DisclosureError } from './error.ts'
import { type Fate, fateOf, type LabelOf, runsOf, type Terms } from './fate.ts'
import { type IndexPage, renderIndex } from './index-page.ts'

/** Bytes of one pack, so that it fits the memory of the server and of its reader. */
const PACK_BYTES_MAX = 512 * 1024 * 1024

export interface PackParts {
  readonly ledger: CustodyLedger
  readonly ring: CustodyRing
  /** The log's key: signs the manifest. */
  readonly signingKey: KeyObject
  /** The agreement in force, whose profile decides what is shown. */
  readonly agreement: Agreement
  readonly agreements: (digest: string) => Agreement | null
  readonly labelOf: LabelOf
  readonly nowMs: number
  /** Largest pack made; 512 MiB unless said otherwise. */
  readonly bytesMax?: number
}

/**
 * @param orderIndex index of a `disclosure.order` that the programme accepted
 * @throws {DisclosureError} `disclosure_not_an_order`, `disclosure_checkpoint_unknown`, `disclosure_too_large`
 */
export async function makePack(orderIndex: number, parts: PackParts): Promise<Map<string, Uint8Array>> {
  const { ledger } = parts
  const { order, profile } = await readOrder(orderIndex, parts)
  const note = await ledger.checkpointCovering(orderIndex)
  const { size } = parseCheckpoint(utf8(note))
  const pack = new Pack(note, size, parts)
  const sample = await pack.sample(order)
  const chosen = sample ?? order.entries
  const terms: Terms = {
    order,
    profile,
    chosen: chosen === null ? null : new Set(chosen),
    labelOf: parts.labelOf,
  }
  await pack.span(order)
  const shown = FIELD_NAMES.filter((name) => order.fields.includes(name) && profile.fields.includes(name))
  const content = order.content && profile.content && shown.includes('request') && shown.includes('response')
  const fates = await pack.entries(order, terms, shown, content)
  const statements = await pack.statements()
  const agreements = pack.agreements(statements)
  pack.wrappedKeys(order)
  const manifest: Manifest = {
    origin: ledger.origin,
    verifierKey: ledger.verifierKey,
    order: orderIndex,
    madeAtMs: parts.nowMs,
    span: order.span,
    size,
    agreements,
    fields: { shown, withheld: order.fields.filter((name) => !shown.includes(name)) },
    content,
    sample,
    entries: runsOf(order.span.from, fates),
    files: [],
  }
  return pack.sealed(manifest, { order, profile, agreement: parts.agreement, fates })
}

async function readOrder(
  index: number,
  { ledger, agreement }: PackParts,
): Promise<{ order: PackOrder; profile: DisclosureProfile }> {
  const entry = await ledger.read(index)
  const body = entry.class === 'statement' ? bodyOf(entry) : null
  if (body?.type !== 'disclosure.order')
    throw new DisclosureError('disclosure_not_an_order', `entry ${index} is no order of a pack`)
  const order = parseOrder(body, `entry ${index}`)
  const profile = agreement.disclosure.get(order.profile)
  if (profile === undefined)
    throw new DisclosureError(
      'disclosure_not_an_order',
      `the agreement in force has no profile \`${order.profile}\``,
    )
  return { order, profile }
}

function bodyOf(entry: StoredStatement): Readonly<Record<string, JsonValue | undefined>> {
  // The ledger holds only statements that were parsed before they were written.
  return (entry.statement as { readonly body: Readonly<Record<string, JsonValue | undefined>> }).body
}

/** Files as they are gathered, all under one checkpoint. */
class Pack {
  readonly #files = new Map<string, Uint8Array>()
  readonly #note: string
  readonly #size: number
  readonly #parts: PackParts
  readonly #shownValues = new Map<number, Readonly<Record<FieldName, JsonValue>>>()
  #bytes = 0

  constructor(note: string, size: number, parts: PackParts) {
    this.#note = note
    this.#size = size
    this.#parts = parts
    this.#add(PACK_FILES.checkpoint, utf8(note))
  }

  /** The entries the seed draws, after making sure that the examiner's checkpoint is one of this ledger. */
  async sample({ sample, span }: PackOrder): Promise<number[] | null> {
    if (sample === null) return null
    const nodes = this.#nodes()
    const root = await rootFrom(sample.size, nodes)
    if (toHex(root) !== toHex(sample.root))
      throw new DisclosureError(
        'disclosure_checkpoint_unknown',
        `the order names a checkpoint of ${sample.size} entries that is none of this ledger`,
      )
    this.#add(PACK_FILES.consistency, formatHashes(await proveConsistency(sample.size, this.#size, nodes)))
    return drawSample(sample.seed, sample.root, span, sample.count)
  }

  async span({ span }: PackOrder): Promise<void> {
    const { ledger } = this.#parts
    const leaves: Uint8Array[] = []
    for (let index = span.from; index < span.to; index++) leaves.push(await ledger.leaf(index))
    this.#add(PACK_FILES.span, encodeSpan(leaves))
    this.#add(PACK_FILES.spanProof, formatHashes(await proveRange(span, this.#size, this.#nodes())))
  }

  async entries(
    order: PackOrder,
    terms: Terms,
    shown: readonly FieldName[],
    content: boolean,
  ): Promise<Fate[]> {
    const { ledger, ring } = this.#parts
    const fates: Fate[] = []
    for (let index = order.span.from; index < order.span.to; index++) {
      const fate = await fateOf(index, ledger, terms, (number) => ring.ownerOf(number))
      fates.push(fate)
      if (fate.state !== 'shown') continue
      this.#add(receiptFile(index), utf8(await ledger.receipt(index, shown, this.#note)))
      await this.#show(index, content)
    }
    return fates
  }

  async #show(index: number, content: boolean): Promise<void> {
    const entry = await this.#parts.ledger.read(index)
    if (entry.class !== 'exchange' || entry.fields === 'unavailable' || entry.content === 'unavailable')
      return
    this.#shownValues.set(index, entry.fields)
    const { request, response } = entry.fields
    if (content && (hasDigest(request) || hasDigest(response))) this.#add(contentFile(index), entry.content)
  }

  /** The whole chain below the checkpoint: without it nobody could tell who may order. */
  async statements(): Promise<StoredStatement[]> {
    const { ledger } = this.#parts
    const all: StoredStatement[] = []
    for await (const statement of ledger.statements(0, this.#size)) {
      all.push(statement)
      this.#add(statementFile(statement.index), utf8(await ledger.receipt(statement.index, [], this.#note)))
    }
    return all
  }

  /** Every version that a statement put into force, as far as its document is at hand. */
  agreements(statements: readonly StoredStatement[]): string[] {
    const digests = new Set<string>()
    for (const statement of statements) {
      const { agreement } = bodyOf(statement)
      const digest =
        typeof agreement === 'object' && agreement !== null
          ? (agreement as { digest?: JsonValue }).digest
          : null // an object or an array, neither of which has to have it
      if (typeof digest !== 'string') continue
      const document = this.#parts.agreements(digest)?.documentText
      if (document === undefined || toHex(sha256(utf8(document))) !== digest) continue
      digests.add(digest)
      this.#add(agreementFile(digest), utf8(document))
    }
    return [...digests].sort()
  }

  /** Wrapped keys of the institution: who can open them can open what a profile kept back. */
  wrappedKeys({ institution }: PackOrder): void {
    const { ring } = this.#parts
    for (const { id, owner } of ring.list()) {
      if (institution !== null && owner !== `institution/${institution}`) continue
      const wrapped = ring.wrapped(id)
      if (wrapped !== null) this.#add(wrappedKeyFile(id), utf8(formatWrappedKey(wrapped)))
    }
  }

  sealed(
    manifest: Manifest,
    page: Pick<IndexPage, 'order' | 'profile' | 'agreement' | 'fates'>,
  ): Map<string, Uint8Array> {
    const whole: IndexPage = { ...page, manifest, shown: this.#shownValues, note: this.#note }
    for (const language of ['en', 'ja'] as const)
      this.#add(`index.${language}.html`, utf8(renderIndex(whole, language)))
    const files = [...this.#files.keys()].sort().map((path) => {
      const bytes = this.#files.get(path)! // a key of the same map
      return { path, bytes: bytes.length, sha256: toHex(sha256(bytes)) }
    })
    const text = utf8(formatManifest({ ...manifest, files }))
    this.#add(PACK_FILES.manifest, text)
    this.#add(PACK_FILES.note, utf8(this.#sign(packNoteText(manifest.origin, sha256(text)))))
    return this.#files
  }

  #sign(text: string): string {
    const { name, keyId } = parseVerifierKey(this.#parts.ledger.verifierKey)
    const signature = sign(null, utf8(text), this.#parts.signingKey)
    return formatNote(text, [{ name, keyId, signature }])
  }

  #nodes() {
    return nodesOf(directoryReader(this.#parts.ledger.publicDir), this.#size)
  }

  #add(path: string, bytes: Uint8Array): void {
    this.#bytes += bytes.length
    const bytesMax = this.#parts.bytesMax ?? PACK_BYTES_MAX
    if (this.#bytes > bytesMax)
      throw new DisclosureError(
        'disclosure_too_large',
        `the pack would be over ${bytesMax} bytes: order a smaller span`,
      )
    this.#files.set(path, bytes)
  }
}

function hasDigest(slot: JsonValue): boolean {
  return (
    typeof slot === 'object' && slot !== null && typeof (slot as { sha256?: JsonValue }).sha256 === 'string'
  ) // arrays have no such member
}
