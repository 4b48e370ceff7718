/** Evidence of a running server: packs ordered and verified, content held, destroyed, and opened by its custodians. */
import assert from 'node:assert/strict'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import {
  openPack,
  type PackReport,
  parseVerifierKey,
  VerifyError,
  verifyLedger,
  verifyPack,
  writeTar,
} from 'sekisho-verify'
import { directoryReader } from 'sekisho-verify/node'
import { askChat } from '../tour/ask.ts'
import { DETECTION_RULE_EN } from '../tour/prompts.ts'
import { type System, startSystem } from './system.ts'

let system: System
before(async () => {
  system = await startSystem({ retentionDays: 0 })
  for (const name of ['mufg-analyst', 'smbc-analyst', 'mufg-engineer']) {
    const token = await system.token(name)
    const answer = await askChat({
      gatewayUrl: system.gatewayUrl,
      token,
      model: 'rehearsal/1',
      prompt: DETECTION_RULE_EN,
    })
    assert.equal(answer.verdict, 'allow')
  }
})
after(() => system.close())

const file = (name: string): string => join(system.announcement.dataDir, name)
const keys = (...names: string[]): string[] => names.flatMap((name) => ['--key', system.keyOf(name)])
const vkey = () => parseVerifierKey(system.announcement.ledger.verifierKey)

async function pack(
  name: string,
  ...words: string[]
): Promise<{ report: PackReport; files: ReadonlyMap<string, Uint8Array> }> {
  await system.desk.run('disclose', ...words, '--reason', 'e2e', '--out', file(name))
  const files = openPack(readFileSync(file(name)))
  return { report: await verifyPack(files, vkey()), files }
}

test('an auditor orders a pack of the institution: the span is whole, others’ entries and content stay closed', async () => {
  const size = await system.ledgerSize()
  const { report, files } = await pack(
    'audit.tar',
    '--profile',
    'auditor',
    '--institution',
    'mufg',
    '--from',
    '0',
    '--to',
    String(size),
    '--fields',
    'kind,time,actor,decision',
    ...keys('mufg-audit'),
  )
  assert.deepEqual(report.manifest.fields, { shown: ['kind', 'time', 'decision'], withheld: ['actor'] })
  assert.deepEqual([report.counts.shown, report.counts['withheld: out_of_scope'], report.contents], [4, 2, 0])
  assert.equal((report.counts.statement ?? 0) + 6, size)
  assert.ok(report.statements > 40)
  const [agreement] = report.manifest.agreements
  assert.ok(files.has(`agreements/${agreement}.md`))
  assert.deepEqual(report.wrappedKeys.length, 1)
  for (const language of ['en', 'ja'])
    assert.match(Buffer.from(files.get(`index.${language}.html`) ?? []).toString(), /default-src 'none'/)
})

test('who is not entitled gets no pack, and an order counts once', async () => {
  const words = [
    '--profile',
    'auditor',
    '--institution',
    'smbc',
    '--from',
    '0',
    '--to',
    '5',
    '--reason',
    'e2e',
    '--out',
    file('no.tar'),
  ]
  const refused = await system.desk.ask('disclose', ...words, ...keys('mufg-audit'))
  assert.equal(refused.code, 'statement_signer_not_entitled')
  writeFileSync(
    file('body.json'),
    JSON.stringify({
      type: 'disclosure.order',
      profile: 'auditor',
      institution: 'mufg',
      from: 0,
      to: 5,
      entries: null,
      fields: ['kind'],
      content: false,
      sample: null,
      reason: 'e2e',
    }),
  )
  writeFileSync(
    file('order.json'),
    await system.desk.run('statement', 'sign', file('body.json'), ...keys('mufg-audit')),
  )
  await system.desk.run('disclose', '--order', file('order.json'), '--out', file('once.tar'))
  const again = await system.desk.ask('disclose', '--order', file('order.json'), '--out', file('twice.tar'))
  assert.equal(again.code, 'statement_replayed')
  writeFileSync(file('other.json'), JSON.stringify({ type: 'content.release', id: 'none', reason: 'e2e' }))
  writeFileSync(
    file('other-signed.json'),
    await system.desk.run('statement', 'sign', file('other.json'), ...keys('mufg-audit')),
  )
  const other = await system.desk.ask(
    'disclose',
    '--order',
    file('other-signed.json'),
    '--out',
    file('other.tar'),
  )
  assert.equal(other.code, 'disclosure_not_an_order')
})

test('an authority draws a sample by its own seed under a checkpoint it fixed, with content', async () => {
  const checkpoint = join(system.announcement.ledger.publicDir, 'checkpoint')
  const note = readFileSync(checkpoint, 'utf8')
  const size = Number(note.split('\n')[1])
  writeFileSync(file('fixed-checkpoint'), note)
  const { report } = await pack(
    'sample.tar',
    '--profile',
    'regulator',
    '--from',
    '0',
    '--to',
    String(size),
    '--fields',
    'kind,institution,request,response',
    '--content',
    '--seed',
    '5e'.repeat(32),
    '--count',
    '20',
    '--checkpoint',
    file('fixed-checkpoint'),
    ...keys('jp', 'jp-2'),
  )
  assert.equal(report.manifest.sample?.length, 20)
  const shown = report.counts.shown ?? 0
  assert.equal(report.contents, shown)
  writeFileSync(
    file('forged-checkpoint'),
    note.replace(/\n[A-Za-z0-9+/]{43}=\n/, `\n${Buffer.alloc(32).toString('base64')}\n`),
  )
  const forged = await system.desk.ask(
    'disclose',
    '--profile',
    'regulator',
    '--from',
    '0',
    '--to',
    String(size),
    '--fields',
    'kind',
    '--seed',
    '5e'.repeat(32),
    '--count',
    '2',
    '--checkpoint',
    file('forged-checkpoint'),
    '--reason',
    'e2e',
    '--out',
    file('x.tar'),
    ...keys('jp', 'jp-2'),
  )
  assert.equal(forged.code, 'disclosure_checkpoint_unknown')
})

test('content of a pack is what was asked and answered, and a changed byte is found', async () => {
  const size = await system.ledgerSize()
  const { report, files } = await pack(
    'incident.tar',
    '--profile',
    'incident',
    '--institution',
    'mufg',
    '--from',
    '0',
    '--to',
    String(size),
    '--content',
    ...keys('mufg-lead'),
  )
  const contents = [...files.keys()].filter((path) => path.startsWith('contents/'))
  assert.equal(contents.length, report.contents)
  const asked = contents.map((path) => Buffer.from(files.get(path) ?? []).toString('utf8'))
  assert.ok(asked.some((text) => text.includes(DETECTION_RULE_EN.slice(0, 20))))
  for (const path of [contents[0] ?? '', 'span', 'checkpoint', 'manifest.json']) {
    const bytes = Uint8Array.from(files.get(path) ?? [])
    bytes[bytes.length >> 1] = (bytes[bytes.length >> 1] ?? 0) ^ 1
    const changed = openPack(writeTar(new Map(files).set(path, bytes)))
    await assert.rejects(verifyPack(changed, vkey()), VerifyError, path)
  }
})

test('custodians open an epoch together, the institution alone, and what they open is lent for a pack', async () => {
  const custody = (id: string): string => join(system.announcement.dataDir, 'sample-custody', `${id}.json`)
  const list = await system.desk.run('custody', 'list', ...keys('mufg-lead'))
  const number = /^(\d+)\s+institution\/mufg/m.exec(list)?.[1] ?? ''
  for (const seat of ['us', 'jp'])
    await system.desk.run(
      'custody',
      'share',
      number,
      '--custody-key',
      custody(`${seat}_custodian`),
      ...keys(seat),
      '--out',
      file(`share-${seat}.json`),
    )
  await system.desk.run(
    'custody',
    'open',
    number,
    '--share',
    file('share-us.json'),
    '--share',
    file('share-jp.json'),
    ...keys('jp'),
    '--out',
    file('epoch-k.json'),
  )
  await system.desk.run(
    'custody',
    'open',
    number,
    '--custody-key',
    custody('mufg'),
    ...keys('mufg-lead'),
    '--out',
    file('epoch-i.json'),
  )
  assert.equal(readFileSync(file('epoch-k.json'), 'utf8'), readFileSync(file('epoch-i.json'), 'utf8'))
  const alone = await system.desk.ask(
    'custody',
    'open',
    number,
    '--share',
    file('share-us.json'),
    ...keys('jp'),
    '--out',
    file('epoch-n.json'),
  )
  assert.equal(alone.code, 'custody_shares_missing')
  const stranger = await system.desk.ask(
    'custody',
    'open',
    number,
    '--custody-key',
    custody('smbc'),
    ...keys('smbc-lead'),
    '--out',
    file('epoch-s.json'),
  )
  assert.equal(stranger.ok, false)
  await pack(
    'lent.tar',
    '--profile',
    'auditor',
    '--institution',
    'mufg',
    '--from',
    '0',
    '--to',
    '5',
    '--epoch-keys',
    file('epoch-k.json'),
    ...keys('mufg-audit'),
  )
  writeFileSync(
    file('wrong.json'),
    JSON.stringify({ keys: [{ number: Number(number), key: Buffer.alloc(32).toString('base64') }] }),
  )
  const wrong = await system.desk.ask(
    'disclose',
    '--profile',
    'auditor',
    '--institution',
    'mufg',
    '--from',
    '0',
    '--to',
    '5',
    '--reason',
    'e2e',
    '--epoch-keys',
    file('wrong.json'),
    '--out',
    file('w.tar'),
    ...keys('mufg-audit'),
  )
  assert.equal(wrong.code, 'custody_key_mismatch')
})

test('destruction: refused under a hold and by one person; then gone everywhere, and every proof still holds', async () => {
  const destroy = (...names: string[]) =>
    system.desk.ask(
      'ledger',
      'destroy',
      '--institution',
      'mufg',
      '--before',
      new Date().toISOString(),
      '--reason',
      'e2e',
      ...keys(...names),
    )
  await system.desk.run(
    'ledger',
    'hold',
    'case-1',
    '--institution',
    'mufg',
    '--reason',
    'e2e',
    ...keys('us', 'us-2'),
  )
  assert.equal((await destroy('mufg-lead', 'mufg-audit')).code, 'statement_legal_hold')
  await system.desk.run('ledger', 'release', 'case-1', '--reason', 'e2e', ...keys('us', 'us-2'))
  assert.equal((await destroy('mufg-lead')).code, 'statement_threshold_not_met')
  const before = await pack(
    'before.tar',
    '--profile',
    'incident',
    '--institution',
    'mufg',
    '--from',
    '0',
    '--to',
    String(await system.ledgerSize()),
    ...keys('mufg-lead'),
  )
  const [index] = before.report.shown.keys()
  assert.ok(index !== undefined)
  await system.desk.run('ledger', 'show', String(index), ...keys('mufg-lead'))
  assert.equal((await destroy('mufg-lead', 'mufg-audit')).ok, true)
  await until(async () => !(await system.desk.ask('ledger', 'show', String(index), ...keys('mufg-lead'))).ok)
  const { report } = await pack(
    'gone.tar',
    '--profile',
    'incident',
    '--institution',
    'mufg',
    '--from',
    '0',
    '--to',
    String(await system.ledgerSize()),
    ...keys('mufg-lead'),
  )
  assert.equal(report.counts.shown, undefined)
  assert.ok((report.counts['unavailable: destroyed'] ?? 0) >= 4)
  // What was shown before is still true.
  await verifyPack(openPack(readFileSync(file('before.tar'))), vkey())
  const { entries } = await verifyLedger(directoryReader(system.announcement.ledger.publicDir), {
    key: vkey(),
    programme: true,
  })
  assert.ok(entries > 0)
})

test('no intent is open, and `ledger open` says so', async () => {
  const answer = await system.desk.ask('ledger', 'open', '--json', ...keys('jp'))
  assert.deepEqual([answer.ok, JSON.parse(answer.out)], [true, { open: [], overdue: 0 }])
})

async function until(good: () => Promise<boolean>): Promise<void> {
  for (let left = 200; !(await good()); left--) {
    assert.ok(left > 0, 'it did not come about')
    await new Promise((resolve) => setTimeout(resolve, 25))
  }
}
