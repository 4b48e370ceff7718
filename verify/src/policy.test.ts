/** Policies: the specification's example, every rule broken once, and quorums held against every subset of witnesses. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { cosign, HAS_ML_DSA, testCosigner } from './cosign-for-test.ts'
import { signCheckpoint, testKey } from './fixture.ts'
import {
  formatCosignerKey,
  formatTlogProof,
  isQuorum,
  leafHash,
  parsePolicy,
  parseTlogProof,
  treeRoot,
  utf8,
  VerifyError,
  verifyTlogProof,
  verifyWitnessed,
  wantsWitnesses,
} from './index.ts'

const log = testKey()
const logKey = `${log.key.name}+${log.key.keyId}+${Buffer.concat([Buffer.of(1), log.key.publicKey]).toString('base64')}`
const [x1, x2, x3, y1, y2, y3] = [1, 2, 3, 4, 5, 6].map((n) => testCosigner(`w.example/${n}`, 50 + n)) as [
  ReturnType<typeof testCosigner>,
  ReturnType<typeof testCosigner>,
  ReturnType<typeof testCosigner>,
  ReturnType<typeof testCosigner>,
  ReturnType<typeof testCosigner>,
  ReturnType<typeof testCosigner>,
] // six numbers, six cosigners

const EXAMPLE = `# two organisations
log ${logKey}   https://log.example/

witness X1 ${x1.vkey}
witness X2 ${x2.vkey} https://x2.example/
\twitness X3 ${x3.vkey}
group X-witnesses 2 X1 X2 X3
witness Y1 ${y1.vkey}
witness Y2 ${y2.vkey}
witness Y3 ${y3.vkey}
group Y-witnesses any Y1 Y2 Y3
group X-and-Y all X-witnesses Y-witnesses
quorum X-and-Y
`

test("the specification's example: all 64 subsets of its witnesses", () => {
  const policy = parsePolicy(utf8(EXAMPLE))
  const names = policy.witnesses.map(({ name }) => name)
  assert.deepEqual(names, ['X1', 'X2', 'X3', 'Y1', 'Y2', 'Y3'])
  assert.deepEqual(
    [policy.logs[0]?.url, policy.witnesses[1]?.url, policy.witnesses[0]?.url],
    ['https://log.example/', 'https://x2.example/', null],
  )
  for (let mask = 0; mask < 64; mask++) {
    const some = names.filter((_, i) => (mask >> i) & 1)
    const count = (letter: string) => some.filter((name) => name.startsWith(letter)).length
    assert.equal(isQuorum(policy, new Set(some)), count('X') >= 2 && count('Y') >= 1, some.join())
  }
  assert.equal(isQuorum(policy, new Set(['X-and-Y'])), false, 'the name of a group is no witness')
})

test('no quorum, one witness, names outside ASCII', () => {
  const none = parsePolicy(utf8('quorum none'))
  assert.deepEqual([isQuorum(none, new Set()), wantsWitnesses(none)], [true, false])
  const one = parsePolicy(utf8(`witness 証人 ${x1.vkey}\nquorum 証人\n`))
  assert.deepEqual(
    [isQuorum(one, new Set()), isQuorum(one, new Set([one.witnesses[0]?.name ?? '']))],
    [false, true],
  )
  // A Kelvin sign is not a K, and octets that are not UTF-8 are a name like any other.
  assert.throws(() => parsePolicy(utf8(`witness K ${x1.vkey}\nquorum \u212a\n`)), {
    code: 'policy_name_unknown',
  })
  const raw = Buffer.concat([
    Buffer.from('witness '),
    Buffer.of(0xff),
    Buffer.from(` ${x1.vkey}\nquorum `),
    Buffer.of(0xff, 0x0a),
  ])
  assert.equal(wantsWitnesses(parsePolicy(raw)), true)
})

const REJECTED: readonly [code: string, text: string, place?: string][] = [
  ['policy_quorum_missing', ''],
  ['policy_quorum_missing', '# quorum none\n'],
  ['policy_quorum_repeated', 'quorum none\nquorum none\n', 'line 2'],
  ['policy_character', 'quorum none\r\n', 'byte 11'],
  ['policy_character', 'quorum none\u0000', 'byte 11'],
  ['policy_character', 'quorum none\u007f', 'byte 11'],
  ['policy_line', 'quorums none\n', 'line 1'],
  ['policy_line', 'quorum\n', 'line 1'],
  ['policy_line', 'quorum none none\n', 'line 1'],
  ['policy_line', `log ${logKey} https://a.example more\nquorum none\n`, 'line 1'],
  ['policy_line', `log ${logKey} gopher://a.example\nquorum none\n`, 'line 1'],
  ['policy_line', `witness ${x1.vkey}\nquorum none\n`, 'line 1'],
  ['policy_line', `witness a ${x1.vkey}\ngroup g all\nquorum none\n`, 'line 2'],
  ['policy_key', `log ${x1.vkey}\nquorum none\n`, 'line 1'],
  ['policy_key', `witness a ${logKey}\nquorum none\n`, 'line 1'],
  ['policy_key', 'witness a nonsense\nquorum none\n', 'line 1'],
  ['policy_key_repeated', `log ${logKey}\nlog ${logKey}\nquorum none\n`, 'line 2'],
  [
    'policy_key_repeated',
    `witness a ${x1.vkey}\nwitness b ${testCosigner('other.example', 51).vkey}\nquorum none\n`,
    'line 2',
  ],
  ['policy_name', `witness none ${x1.vkey}\nquorum none\n`, 'line 1'],
  ['policy_name', `witness a ${x1.vkey}\nwitness a ${x2.vkey}\nquorum a\n`, 'line 2'],
  ['policy_name', `witness a ${x1.vkey}\ngroup a all a\nquorum a\n`, 'line 2'],
  ['policy_name_unknown', 'quorum a\n', 'line 1'],
  ['policy_name_unknown', `quorum a\nwitness a ${x1.vkey}\n`, 'line 1'],
  ['policy_name_unknown', `group g any a\nwitness a ${x1.vkey}\nquorum g\n`, 'line 1'],
  ['policy_name_unknown', `witness a ${x1.vkey}\ngroup g any a none\nquorum g\n`, 'line 2'],
  ['policy_name_unknown', 'group g any g\nquorum g\n', 'line 1'],
  ['policy_member_repeated', `witness a ${x1.vkey}\ngroup g any a a\nquorum g\n`, 'line 2'],
  ['policy_member_repeated', `witness a ${x1.vkey}\ngroup g any a\ngroup h any a\nquorum g\n`, 'line 3'],
  ...['0', '2', '01', '1.0', '-1', 'most', '99999999999999999999'].map((k): [string, string] => [
    'policy_threshold',
    `witness a ${x1.vkey}\ngroup g ${k} a\nquorum g\n`,
  ]),
]

test('every rule broken once, each with its code and line', () => {
  for (const [code, text, place] of REJECTED) {
    assert.throws(
      () => parsePolicy(utf8(text)),
      (error) =>
        error instanceof VerifyError && error.code === code && (place === undefined || error.place === place),
      `${code}: ${text}`,
    )
  }
  assert.throws(() => parsePolicy(new Uint8Array(1024 * 1024 + 1)), { code: 'policy_too_large' })
})

const leaves = [0, 1, 2].map((i) => leafHash(utf8(`entry ${i}`)))
const note = signCheckpoint(3, treeRoot(leaves), log)

test('a cosignature of time 0 never counts, one ahead of the clock not where there is a clock', async () => {
  const policy = parsePolicy(utf8(`log ${logKey}\nwitness w ${x1.vkey}\nquorum w\n`))
  const untimed = utf8(cosign(note, [x1], 0n))
  await assert.rejects(verifyWitnessed(untimed, policy), { code: 'quorum_not_reached', got: 'w untimed' })
  const timed = utf8(cosign(note, [x1], 1_800_000_000n))
  assert.equal((await verifyWitnessed(timed, policy)).words[0]?.timeS, 1_800_000_000)
  await verifyWitnessed(timed, policy, [], 1_800_000_000 - 86_400)
  await assert.rejects(verifyWitnessed(timed, policy, [], 1_800_000_000 - 86_401), { got: 'w ahead' })
})

test('one key is not log and witness at once, in either order', () => {
  const own = formatCosignerKey('w.example/own', 'ed25519', log.key.publicKey)
  for (const lines of [`log ${logKey}\nwitness w ${own}`, `witness w ${own}\nlog ${logKey}`])
    assert.throws(() => parsePolicy(utf8(`${lines}\nquorum w\n`)), {
      code: 'policy_key_repeated',
      place: 'line 2',
    })
})

test('of two lines of one log key the first counts', async () => {
  const policy = parsePolicy(utf8(`log ${logKey}\nquorum none\n`))
  const line = note.trimEnd().split('\n').at(-1) ?? ''
  const last = Buffer.from(line.split(' ').at(-1) ?? '', 'base64')
  last[40] = (last[40] ?? 0) ^ 1
  const bad = `${line.split(' ').slice(0, -1).join(' ')} ${last.toString('base64')}\n`
  await verifyWitnessed(utf8(`${note}${bad}`), policy)
  const [text = ''] = note.split('\n\n')
  await assert.rejects(verifyWitnessed(utf8(`${text}\n\n${bad}${line}\n`), policy), {
    code: 'note_signature_invalid',
  })
})

test('a checkpoint needs a listed log and a quorum', async () => {
  const policy = parsePolicy(utf8(EXAMPLE))
  const found = await verifyWitnessed(utf8(cosign(note, [x1, x3, y2])), policy)
  assert.deepEqual([found.checkpoint.size, found.key.keyId], [3, log.key.keyId])
  assert.deepEqual(
    found.words.map(({ witness, state }) => `${witness} ${state}`),
    ['X1 good', 'X2 absent', 'X3 good', 'Y1 absent', 'Y2 good', 'Y3 absent'],
  )
  await assert.rejects(verifyWitnessed(utf8(cosign(note, [x1, y2, y3])), policy), {
    code: 'quorum_not_reached',
    expected: 'quorum X-and-Y',
    got: 'X1 good, X2 absent, X3 absent, Y1 absent, Y2 good, Y3 good',
  })
  const other = signCheckpoint(3, treeRoot(leaves), testKey('log.example/other', 9))
  await assert.rejects(verifyWitnessed(utf8(cosign(other, [x1, x3, y2])), policy), {
    code: 'note_key_absent',
  })
  // A policy's log key speaks for its own origin only.
  const foreign = signCheckpoint(3, treeRoot(leaves), log).replace(/^.*/, 'log.example/other')
  await assert.rejects(verifyWitnessed(utf8(foreign), policy), { code: 'note_key_absent' })
  const spoiled = note.replace(/\n3\n/, '\n4\n')
  await assert.rejects(verifyWitnessed(utf8(cosign(spoiled, [x1, x3, y2])), policy), {
    code: 'note_signature_invalid',
  })
})

test('a proof file with and without `extra`, under a policy', async () => {
  const policy = parsePolicy(utf8(`log ${logKey}\nwitness a ${x1.vkey}\nquorum a\n`))
  const proof = [leaves[0]!, leaves[1]!] // three leaves
  const right = leafHash(utf8('entry 2'))
  const hash = treeRoot(proof)
  for (const extra of [null, utf8('about it'), new Uint8Array(0)]) {
    const file = utf8(
      formatTlogProof({ extra, index: 2, proof: [hash], checkpoint: utf8(cosign(note, [x1])) }),
    )
    assert.deepEqual(parseTlogProof(file).extra, extra)
    assert.equal(formatTlogProof(parseTlogProof(file)), Buffer.from(file).toString())
    assert.equal((await verifyTlogProof(file, right, policy)).index, 2)
    await assert.rejects(verifyTlogProof(file, leaves[0]!, policy), { code: 'proof_root_mismatch' })
  }
  const bare = utf8(formatTlogProof({ extra: null, index: 2, proof: [hash], checkpoint: utf8(note) }))
  await assert.rejects(verifyTlogProof(bare, right, policy), { code: 'quorum_not_reached' })
})

test('a log may sign with ML-DSA-44 alone', {
  skip: HAS_ML_DSA ? false : 'this Node has no ML-DSA-44',
}, async () => {
  const own = testCosigner(log.key.name, 60, 'ml-dsa-44')
  const bare = note.slice(0, note.indexOf('\n\n') + 2)
  const signed = cosign(`${bare}${note.slice(bare.length)}`, [own]).split('\n')
  const alone = [...signed.slice(0, 4), ...signed.slice(5)].join('\n')
  const policy = parsePolicy(utf8(`log ${own.vkey}\nquorum none\n`))
  assert.equal((await verifyWitnessed(utf8(alone), policy)).key.keyId, own.key.keyId)
})
