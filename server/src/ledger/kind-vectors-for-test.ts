/**
 * One entry of every kind, put together from docs/spec/record.md §3–6 alone and not as the writer does it: the vectors of
 * vectors/kinds.json. A test opens them with the reader the server has.
 */
import { createCipheriv, createHash, createPrivateKey, createPublicKey, sign } from 'node:crypto'
import {
  canonicalize,
  encodeLeaf,
  encodeStatementEntry,
  FIELD_NAMES,
  type FieldName,
  type Fields,
  type JsonValue,
  recordRoot,
  type Salts,
} from 'sekisho-verify'

const EPOCH_KEY = Buffer.alloc(32, 0x11)
const EPOCH_KEY_NUMBER = 258
const TIME_MS = 1_795_000_000_000

export interface KindVector {
  readonly kind: 'intent' | 'outcome' | 'statement'
  /** Slots that are not null. */
  readonly fields: Readonly<Record<string, JsonValue>>
  /** Hex, by slot. */
  readonly salts: Readonly<Record<string, string>>
  readonly record_root: string
  readonly leaf: string
  /** Hex; of a statement its published text. */
  readonly blob: string
  /** Of exchanges. */
  readonly content?: string
  readonly key?: {
    readonly epoch_key: string
    readonly epoch_key_number: number
    readonly secret: string
    readonly content_key: string
  }
}

export function kindVectors(): { provenance: string; kinds: readonly KindVector[] } {
  const digest = (text: string): string => createHash('sha256').update(text).digest('hex')
  const [asked, answered] = ['{"model":"rehearsal/1"}', 'an answer']
  return {
    provenance: 'vectors/generate-kinds.ts, from docs/spec/record.md alone',
    kinds: [
      exchange(
        'intent',
        {
          institution: 'bank',
          actor: 'prs-1',
          agreement: { version: 1, digest: digest('agreement'), snapshot: 40 },
          model: { requested: 'rehearsal/1', id: 'rehearsal/1', tier: 'rehearsal', upstream: 'rehearsal' },
          decision: { id: 'dec_1', verdict: 'allow', clauses: ['11.1'], snapshot: 40, receipt: 'T1' },
          request: { dialect: 'chat', stream: false, bytes: asked.length, sha256: digest(asked) },
        },
        asked,
      ),
      exchange(
        'outcome',
        {
          institution: 'bank',
          actor: 'prs-1',
          decision: { id: 'dec_1' },
          response: {
            end: 'completed',
            code: null,
            tokens: 12,
            bytes: answered.length,
            sha256: digest(answered),
          },
          refers: 41,
        },
        answered,
      ),
      statement(signedStatement()),
    ],
  }
}

/** A statement as its signer makes it, with a key whose seed is one repeated byte. */
function signedStatement(): JsonValue {
  const seed = Buffer.concat([Buffer.from('302e020100300506032b657004220420', 'hex'), Buffer.alloc(32, 0x33)])
  const key = createPrivateKey({ key: seed, format: 'der', type: 'pkcs8' })
  const raw = createPublicKey(key).export({ type: 'spki', format: 'der' }).subarray(-32)
  const body = {
    programme: 'sample',
    type: 'incident.set',
    issued_at_ms: TIME_MS - 1000,
    nonce: '00112233445566778899aabbccddeeff',
    incident: true,
    reason: 'drill',
  }
  const sig = sign(null, Buffer.from(`sekisho/statement/v1\n${canonicalize(body)}`), key).toString('base64')
  return { body, signatures: [{ key: createHash('sha256').update(raw).digest('hex').slice(0, 16), sig }] }
}

function exchange(
  kind: 'intent' | 'outcome',
  given: Partial<Record<FieldName, JsonValue>>,
  content: string,
): KindVector {
  const fields = fieldsOf({ kind, time: TIME_MS, ...given })
  const salts = saltsOf(kind)
  const root = Buffer.from(recordRoot(fields, salts))
  const secret = createHash('sha256').update(`secret of ${kind}`).digest()
  const number = u32(EPOCH_KEY_NUMBER)
  const contentKey = createHash('sha256')
    .update(Buffer.concat([u32(1), EPOCH_KEY, Buffer.from('sekisho/record-key/v1\0'), number, secret]))
    .digest()
  const record = Buffer.from(canonicalize(fields))
  const plain = Buffer.concat([
    ...FIELD_NAMES.map((name) => salts[name]),
    u32(record.length),
    record,
    Buffer.from(content),
  ])
  const cipher = createCipheriv('aes-256-gcm', contentKey, Buffer.alloc(12))
  cipher.setAAD(Buffer.concat([Buffer.from('sekisho/blob/v1\0'), root]))
  const blob = Buffer.concat([Buffer.of(1), cipher.update(plain), cipher.final(), cipher.getAuthTag()])
  return {
    ...vector(kind, fields, salts, root, blob),
    content,
    key: {
      epoch_key: EPOCH_KEY.toString('hex'),
      epoch_key_number: EPOCH_KEY_NUMBER,
      secret: secret.toString('hex'),
      content_key: contentKey.toString('hex'),
    },
  }
}

function statement(signed: JsonValue): KindVector {
  const fields = fieldsOf({ kind: 'statement', time: TIME_MS, refers: 12 })
  const salts = saltsOf('statement')
  const blob = Buffer.from(encodeStatementEntry(fields, salts, signed))
  return vector('statement', fields, salts, Buffer.from(recordRoot(fields, salts)), blob)
}

function vector(
  kind: KindVector['kind'],
  fields: Fields,
  salts: Salts,
  root: Buffer,
  blob: Buffer,
): KindVector {
  const leaf = encodeLeaf({
    class: kind === 'statement' ? 'statement' : 'exchange',
    recordRoot: root,
    blobHash: createHash('sha256').update(blob).digest(),
  })
  return {
    kind,
    fields: Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== null)),
    salts: Object.fromEntries(FIELD_NAMES.map((name) => [name, Buffer.from(salts[name]).toString('hex')])),
    record_root: root.toString('hex'),
    leaf: Buffer.from(leaf).toString('hex'),
    blob: blob.toString('hex'),
  }
}

function fieldsOf(given: Partial<Record<FieldName, JsonValue>>): Fields {
  return Object.fromEntries(FIELD_NAMES.map((name) => [name, given[name] ?? null])) as Fields // all names
}

function saltsOf(kind: string): Salts {
  const salt = (name: string): Buffer =>
    createHash('sha256').update(`salt of ${name} in ${kind}`).digest().subarray(0, 16)
  return Object.fromEntries(FIELD_NAMES.map((name) => [name, salt(name)])) as unknown as Salts // all names
}

function u32(value: number): Buffer {
  const bytes = Buffer.alloc(4)
  bytes.writeUInt32BE(value)
  return bytes
}
