/** Tests of tokens: their text, how they are earned, and that nothing else is ever a principal. */
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import fc from 'fast-check'
import {
  createWorld,
  institution,
  PROGRAMME,
  party,
  person,
  refused,
  type World,
} from '../authority/testing.ts'
import { generateKeyPair } from '../identity/index.ts'
import { type SignedTokenRequest, signTokenRequest, TOKEN_TTL_S_MAX, type TokenRequest } from './token.ts'
import { TOKENS_PER_ACTOR_MAX } from './token-book.ts'
import { isTokenText, newTokenText, presentedToken } from './token-text.ts'

let world: World
before(async () => {
  world = await createWorld()
})
after(() => world[Symbol.asyncDispose]())

test('a token’s text has its form and checksum, and one changed character is noticed', () => {
  assert.equal(newTokenText(Buffer.alloc(32)).slice(0, 51), `sekisho_${'0'.repeat(43)}`)
  assert.equal(newTokenText(Buffer.alloc(32, 255)).length, 57)
  fc.assert(
    fc.property(
      fc.uint8Array({ minLength: 32, maxLength: 32 }),
      fc.nat(56),
      fc.nat(61),
      (secret, at, digit) => {
        const token = newTokenText(secret)
        assert.match(token, /^sekisho_[0-9A-Za-z]{49}$/)
        assert.ok(isTokenText(token))
        const other = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz'[digit]!
        const changed = token.slice(0, at) + other + token.slice(at + 1)
        assert.equal(isTokenText(changed), changed === token)
      },
    ),
  )
})

test('headers: one credential, or a typed failure', () => {
  const cases: [Parameters<typeof presentedToken>[0], string][] = [
    [{}, 'missing'],
    [{ authorization: 'Bearer abc' }, 'abc'],
    [{ authorization: 'bearer  abc ' }, 'abc'],
    [{ 'x-api-key': 'abc' }, 'abc'],
    [{ authorization: 'Bearer abc', 'x-api-key': 'abc' }, 'abc'],
    [{ authorization: 'Bearer abc', 'x-api-key': 'abd' }, 'conflicting'],
    [{ 'x-api-key': ['abc', 'abc'] }, 'conflicting'],
    [{ authorization: 'Basic YWJj' }, 'malformed'],
    [{ authorization: 'Basic YWJj', 'x-api-key': 'abc' }, 'malformed'],
    [{ authorization: '' }, 'malformed'],
    [{ authorization: 'Bearer' }, 'malformed'],
    [{ authorization: 'Bearer a b' }, 'malformed'],
    [{ 'x-api-key': '' }, 'malformed'],
    [{ authorization: `Bearer ${'a'.repeat(5000)}` }, 'malformed'],
  ]
  for (const [headers, expected] of cases) {
    const presented = presentedToken(headers)
    assert.equal(
      presented.ok ? presented.token : presented.failure,
      expected,
      JSON.stringify(headers).slice(0, 80),
    )
  }
})

test('no header a stranger can send is ever a principal', async () => {
  const token = await world.mint('mufg-analyst')
  const piece = fc.oneof(
    fc.string({ unit: 'binary' }),
    fc.constantFrom(
      'Bearer ',
      'bearer',
      ' ',
      ',',
      token.slice(0, -1),
      token.toLowerCase(),
      `${token} `,
      "' OR '1'='1",
    ),
    fc.constantFrom('sekisho_', '\u0000', '\r\n', 'null', 'undefined', '{}', '%00', 'anonymous', 'admin'),
  )
  const header = fc.option(
    fc.array(piece, { maxLength: 4 }).map((pieces) => pieces.join('')),
    { nil: undefined },
  )
  fc.assert(
    fc.property(header, header, (authorization, apiKey) => {
      const headers = {
        ...(authorization === undefined ? {} : { authorization }),
        ...(apiKey === undefined ? {} : { 'x-api-key': apiKey }),
      }
      const presented = presentedToken(headers)
      if (!presented.ok || presented.token === token) return
      const result = world.programme.authority.authenticate(presented.token)
      assert.equal(result.ok, false)
      assert.ok(!('principal' in result))
    }),
    { numRuns: 1000 },
  )
  for (const hostile of [undefined, null, 1, {}, [], [token], Symbol.iterator, () => token]) {
    const result = world.programme.authority.authenticate(hostile as never)
    assert.equal(result.ok, false, String(hostile))
  }
  const good = world.programme.authority.authenticate(token)
  assert.ok(good.ok && good.principal.actor.id === 'mufg-analyst' && good.principal.delegation === null)
})

type Changes = Partial<TokenRequest>
function request(more: Changes = {}): Omit<TokenRequest, 'nonce'> {
  return {
    programme: PROGRAMME,
    actor: 'mufg-analyst',
    issued_at_ms: world.clock.nowMs(),
    ttl_s: 60,
    ...more,
  }
}
const sign = (more: Changes = {}, holder = 'mufg-analyst'): SignedTokenRequest =>
  signTokenRequest(request(more), world.keys.of(person(holder)))

test('minting: proof of possession each time, and every refusal by its code', async () => {
  const mint = (value: unknown): Promise<unknown> => world.programme.mintToken(value)
  await refused(mint(null), 'token_request_malformed')
  await refused(mint({ ...sign(), extra: 1 }), 'token_request_malformed')
  await refused(mint({ ...sign(), request: { ...sign().request, extra: 1 } }), 'token_request_malformed')
  await refused(mint(sign({ ttl_s: TOKEN_TTL_S_MAX + 1 })), 'token_request_lifetime')
  await refused(mint(sign({ ttl_s: 0 })), 'token_request_lifetime')
  await refused(mint(sign({ programme: 'other' })), 'token_request_malformed')
  await refused(mint(sign({}, 'smbc-analyst')), 'token_request_signature_invalid')
  await refused(mint(signTokenRequest(request(), generateKeyPair())), 'token_request_signature_invalid')
  await refused(mint(sign({ actor: 'nobody' })), 'token_request_signature_invalid')
  const tampered = { ...sign(), request: { ...sign().request, ttl_s: 61 } }
  await refused(mint(tampered), 'token_request_signature_invalid')
  await refused(mint(sign({ issued_at_ms: world.clock.nowMs() - 600_000 })), 'token_request_expired')
  await refused(mint(sign({ issued_at_ms: world.clock.nowMs() + 600_000 })), 'token_request_expired')
  await refused(mint(sign({ institution: 'smbc' })), 'token_request_institution_not_served')
  await refused(mint(sign({ engagement: 'none' })), 'token_request_engagement_unknown')
  await refused(mint(sign({ engagement: world.engagement })), 'token_request_engagement_unknown')
  const once = sign()
  await mint(once)
  await refused(mint(once), 'token_request_replayed')
})

test('integrator staff act for an institution by its delegation, and only then', async () => {
  const actor = 'asagiri-engineer'
  await refused(world.mint(actor), 'token_request_institution_not_served')
  await refused(world.mint(actor, { institution: 'mufg' }), 'token_request_institution_not_served')
  const token = await world.mint(actor, { institution: 'mizuho' })
  const before = world.programme.authority.authenticate(token)
  assert.ok(before.ok && before.principal.institution.id === 'mizuho' && before.principal.delegation !== null)
  const pair = { institution: 'mizuho', integrator: 'asagiri-integration', reason: 'r' }
  await world.submit('delegation.revoke', pair, [institution('mizuho')])
  const revoked = world.programme.authority.authenticate(token)
  assert.ok(
    revoked.ok && revoked.principal.delegation === null,
    'the decision will say that no delegation is in force',
  )
})

test('a delegation that ends by itself ends for a token that is still good', async () => {
  await using own = await createWorld()
  const delegation = own.programme.snapshot().delegations.find((each) => each.institution === 'mizuho')!
  own.clock.advance(delegation.untilMs - own.clock.nowMs() - 1000)
  const token = await own.mint('asagiri-engineer', { institution: 'mizuho' })
  const before = own.programme.authority.authenticate(token)
  own.clock.advance(2000)
  const later = own.programme.authority.authenticate(token)
  assert.ok(
    before.ok && before.principal.delegation !== null && later.ok && later.principal.delegation === null,
  )
})

test('a token ends: by time, by revocation, with its key, with its actor', async () => {
  await using own = await createWorld()
  const { programme, clock } = own
  const failure = (token: string): string => {
    const result = programme.authority.authenticate(token)
    return result.ok ? 'accepted' : result.failure
  }
  const short = await own.mint('mufg-analyst', { ttl_s: 60 })
  clock.advance(60_000)
  assert.equal(failure(short), 'expired')
  const token = await own.mint('mufg-analyst')
  const [summary] = programme.tokens('mufg-analyst').slice(-1)
  assert.ok(summary !== undefined && !('hash' in summary))
  await programme.revokeToken(summary.id)
  assert.equal(failure(token), 'revoked')
  await refused(programme.revokeToken('tok_none'), 'token_unknown')
  const byKey = await own.mint('mufg-engineer')
  const key = own.keys.of(person('mufg-engineer')).id
  await own.submit('key.revoke', { key, reason: 'lost' }, [party('provider')])
  assert.equal(failure(byKey), 'revoked')
  await refused(own.mint('mufg-engineer'), 'token_request_signature_invalid')
  const byActor = await own.mint('mufg-lead')
  await own.submit('actor.suspend', { id: 'mufg-lead', reason: 'r' }, [institution('mufg')])
  assert.equal(failure(byActor), 'accepted', 'a suspended person is told so by the decision')
  await refused(own.mint('mufg-lead'), 'token_request_actor_not_active')
  await own.submit('actor.revoke', { id: 'mufg-lead', reason: 'r' }, [institution('mufg')])
  assert.equal(failure(byActor), 'revoked')
})

test('a key that is over proves nothing, and ends what it earned', async () => {
  await using own = await createWorld()
  const { programme, clock } = own
  const failure = (token: string): string => {
    const result = programme.authority.authenticate(token)
    return result.ok ? 'accepted' : result.failure
  }
  const before = await own.mint('mufg-engineer')
  const key = own.keys.of(person('mufg-engineer')).id
  await own.submit('key.limit', { key, until_ms: clock.nowMs() + 60_000 }, [institution('mufg')])
  const after = await own.mint('mufg-engineer')
  assert.equal(programme.tokens('mufg-engineer').at(-1)?.expiresAtMs, clock.nowMs() + 60_000)
  assert.deepEqual([failure(before), failure(after)], ['accepted', 'accepted'])
  clock.advance(60_000)
  assert.deepEqual([failure(before), failure(after)], ['expired', 'expired'])
  await refused(own.mint('mufg-engineer'), 'token_request_signature_invalid')
})

test('live tokens per person are limited; expired ones make room', async () => {
  await using own = await createWorld()
  for (let i = 0; i < TOKENS_PER_ACTOR_MAX; i++) await own.mint('mufg-analyst', { ttl_s: 60 })
  await refused(own.mint('mufg-analyst'), 'token_limit')
  own.clock.advance(61_000)
  await own.mint('mufg-analyst')
  assert.equal(own.programme.tokens('mufg-analyst').length, 1)
})
