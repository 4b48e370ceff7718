/** Tests of signed statements: what verifies, and one code for each way not to. */
import assert from 'node:assert/strict'
import { generateKeyPairSync, sign } from 'node:crypto'
import { test } from 'node:test'
import fc from 'fast-check'
import { VerifyError, type VerifyErrorCode } from './error.ts'
import {
  keyIdOf,
  parseSignedStatement,
  STATEMENT_BYTES_MAX,
  type StatementBody,
  statementBytes,
  statementDigest,
  verifyStatement,
} from './statement.ts'

const { privateKey, publicKey } = generateKeyPairSync('ed25519')
const raw = new Uint8Array(publicKey.export({ format: 'der', type: 'spki' }).subarray(-32))
const key = keyIdOf(raw)
const known = (id: string): Uint8Array | null => (id === key ? raw : null)

const BODY: StatementBody = {
  programme: 'sample',
  type: 'incident.set',
  issued_at_ms: 1_767_225_600_000,
  nonce: '00112233445566778899aabbccddeeff',
  incident: true,
  reason: 'drill',
}

function signed(body: StatementBody = BODY) {
  return { body, signatures: [{ key, sig: sign(null, statementBytes(body), privateKey).toString('base64') }] }
}

async function refused(value: unknown, code: VerifyErrorCode): Promise<void> {
  await assert.rejects(
    verifyStatement(value, known),
    (error) => error instanceof VerifyError && error.code === code,
  )
}

test('the signed bytes are one line of context and the canonical body', () => {
  assert.equal(
    new TextDecoder().decode(statementBytes(BODY)),
    'sekisho/statement/v1\n{"incident":true,"issued_at_ms":1767225600000,' +
      '"nonce":"00112233445566778899aabbccddeeff","programme":"sample","reason":"drill","type":"incident.set"}',
  )
  assert.equal(statementDigest(BODY), '45caa0a85dd39a6e7217837b58fa66dcd15be793f74012a997b1dc8c0d5a1160')
})

test('a good statement names its signers, whatever the order of its members', async () => {
  assert.deepEqual(await verifyStatement(signed(), known), [key])
  const shuffled = {
    signatures: signed().signatures,
    body: Object.fromEntries(Object.entries(BODY).reverse()),
  }
  assert.deepEqual(await verifyStatement(shuffled, known), [key])
})

test('any change of the body is found', async () => {
  const members = Object.keys(BODY)
  await fc.assert(
    fc.asyncProperty(fc.constantFrom(...members), fc.string({ minLength: 1 }), async (member, text) => {
      const body = { ...BODY, [member]: member === 'issued_at_ms' ? text.length : text }
      await assert.rejects(verifyStatement({ ...signed(), body }, known), VerifyError)
    }),
  )
})

test('an assertion of a hardware key is refused, with a good signature beside it or in its place', async () => {
  const good = signed()
  const webauthn = { authenticator_data: 'AAAA', client_data: 'e30=' }
  const refusal = { code: 'statement_malformed', message: /member `webauthn` is not known/ }
  for (const signature of [
    { ...good.signatures[0], webauthn },
    { key, webauthn },
  ]) {
    await assert.rejects(verifyStatement({ ...good, signatures: [signature] }, known), refusal)
    const both = [...good.signatures, { ...signature, key: '0123456789abcdef' }]
    await assert.rejects(verifyStatement({ ...good, signatures: both }, known), refusal)
  }
})

test('each defect has its code', async () => {
  const good = signed()
  const signature = good.signatures[0]!
  await refused(null, 'statement_malformed')
  await refused({ body: BODY }, 'statement_malformed')
  await refused({ ...good, extra: 1 }, 'statement_malformed')
  await refused({ ...good, body: { ...BODY, nonce: 'short' } }, 'statement_malformed')
  await refused({ ...good, body: { ...BODY, programme: 'Not A Name' } }, 'statement_malformed')
  await refused({ ...good, body: { ...BODY, issued_at_ms: 1.5 } }, 'statement_malformed')
  await refused({ ...good, signatures: 'none' }, 'statement_malformed')
  await refused({ ...good, signatures: Array(33).fill(signature) }, 'statement_malformed')
  await refused({ ...good, signatures: [signature, signature] }, 'statement_signature_malformed')
  await refused({ ...good, signatures: [{ ...signature, key: `${key}G` }] }, 'statement_signature_malformed')
  await refused(
    { ...good, signatures: [{ ...signature, sig: `${signature.sig}=` }] },
    'statement_signature_malformed',
  )
  await refused({ ...good, signatures: [] }, 'statement_signature_invalid')
  await refused(
    { ...good, signatures: [{ ...signature, key: '0'.repeat(16) }] },
    'statement_signature_invalid',
  )
  await refused({ ...good, body: { ...BODY, reason: 'other' } }, 'statement_signature_invalid')
  await refused({ ...good, body: { ...BODY, reason: 0.5 } }, 'json_number')
  const large = { ...BODY, reason: 'x'.repeat(STATEMENT_BYTES_MAX) }
  await refused({ ...good, body: large }, 'statement_malformed')
})

test('anything at all is parsed or refused with a VerifyError', () => {
  fc.assert(
    fc.property(fc.anything(), (value) => {
      try {
        parseSignedStatement(value)
      } catch (error) {
        assert.ok(error instanceof VerifyError)
      }
    }),
  )
})
