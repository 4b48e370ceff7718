/** Tests of the sample programme: complete, repeatable, and never exposed. */
import assert from 'node:assert/strict'
import { readdirSync, rmSync, statSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { test } from 'node:test'
import {
  createWorld,
  institution,
  PROGRAMME,
  person,
  refused,
  sampleAgreement,
  type World,
} from '../authority/testing.ts'
import { createFakeClock } from '../base/index.ts'
import { readKeyFile } from '../identity/index.ts'
import { assertListenable } from '../programme/index.ts'
import { foundSample } from './sample.ts'
import { SAMPLE_ACTORS } from './sample-roster.ts'

const options = (world: World) => ({
  programme: PROGRAMME,
  dataDir: world.dataDir,
  agreement: sampleAgreement(),
  clock: world.clock,
})

test('the sample says who it is: three banks, and fictional ones for what is refused', async () => {
  await using world = await createWorld()
  const snapshot = world.programme.snapshot()
  assert.equal(snapshot.sample, true)
  for (const id of ['mufg', 'smbc', 'mizuho', 'hoshizora-bank']) {
    assert.deepEqual(
      [snapshot.institutions.get(id)?.standing, snapshot.institutions.get(id)?.sector],
      ['admitted', 'finance'],
    )
  }
  assert.equal(snapshot.institutions.get('tsukikage-shinkin')?.standing, 'not_admitted')
  assert.equal(snapshot.institutions.get('kitakaze-power')?.sector, 'electric_power')
  const fictional = [...snapshot.institutions.values()]
    .filter((each) => each.fictional)
    .map((each) => each.id)
  assert.deepEqual(fictional, ['hoshizora-bank', 'kitakaze-power', 'tsukikage-shinkin'])
  const engagement = snapshot.engagements.get(world.engagement)!
  assert.deepEqual([engagement.state, engagement.approvedBy.length], ['active', 2])
  assert.ok(!engagement.approvedBy.includes(engagement.author))
  assert.equal(snapshot.actors.size, SAMPLE_ACTORS.length)
})

test('keys are files of their owner’s alone, and each belongs to its holder', async () => {
  await using world = await createWorld({ clock: createFakeClock() })
  const directory = path.join(world.dataDir, 'sample-keys')
  const names = readdirSync(directory)
  assert.equal(names.length, 9 + 6 + 1 + SAMPLE_ACTORS.length)
  for (const name of names) {
    const file = path.join(directory, name)
    assert.equal(statSync(file).mode & 0o777, 0o600, name)
    const { holder, key, programme } = readKeyFile(file)
    assert.equal(programme, PROGRAMME)
    assert.equal(world.keys.directory, directory)
    if (holder.kind === 'actor')
      assert.equal(world.programme.snapshot().actors.get(holder.id)?.keys[0]?.id, key.id)
  }
  assert.equal(statSync(directory).mode & 0o777, 0o700)
})

test('a second start makes no statement; a third, after the window, drafts and approves anew', async () => {
  await using world = await createWorld()
  assert.equal((await foundSample(world.programme, options(world))).statements, 0)
  world.clock.advance(366 * 24 * 3_600_000)
  const later = await foundSample(world.programme, options(world))
  assert.equal(later.engagement, `${world.engagement}-2`)
  assert.equal(world.programme.snapshot().engagements.get(later.engagement)?.state, 'active')
  assert.equal(later.statements, 2 + 3)
})

test('what was undone by a statement is not done again by a restart', async () => {
  await using world = await createWorld()
  const suspended = { id: 'mufg', reason: 'r' }
  await world.submit('institution.suspend', suspended, [{ kind: 'party', id: 'provider' }])
  await world.submit('engagement.suspend', { id: world.engagement, reason: 'r' }, [person('hoshizora-lead')])
  const pair = { institution: 'mizuho', integrator: 'asagiri-integration', reason: 'r' }
  await world.submit('delegation.revoke', pair, [institution('mizuho')])
  assert.equal((await foundSample(world.programme, options(world))).statements, 0)
  assert.equal(world.programme.snapshot().institutions.get('mufg')?.standing, 'suspended')
  assert.equal(world.programme.snapshot().engagements.get(world.engagement)?.state, 'suspended')
})

test('keys that are gone or damaged are said so, never replaced', async () => {
  await using world = await createWorld()
  const file = path.join(world.dataDir, 'sample-keys', 'mufg.json')
  rmSync(file)
  world.clock.advance(366 * 24 * 3_600_000)
  await foundSample(world.programme, options(world))
  rmSync(path.join(world.dataDir, 'sample-keys', 'hoshizora-lead.json'))
  world.clock.advance(366 * 24 * 3_600_000)
  await refused(foundSample(world.programme, options(world)), 'programme_sample_keys_incomplete')
  for (const text of ['', '{}', 'null', '{"programme":"sample"}']) {
    writeFileSync(file, text)
    await refused(() => readKeyFile(file), 'programme_key_file_malformed')
  }
})

test('a programme with sample keys listens on loopback only', async () => {
  const sample = { sample: true, programme: 'p' }
  for (const host of ['127.0.0.1', '127.9.9.9', '::1', '[::1]', 'localhost', '::ffff:127.0.0.1'])
    assertListenable(sample, host)
  for (const host of [
    '0.0.0.0',
    '::',
    '',
    '192.0.2.1',
    '127.0.0.1.example',
    'localhost.example',
    '0177.0.0.1',
    '127.1',
  ]) {
    await refused(() => assertListenable(sample, host), 'programme_sample_keys_exposed')
  }
  assertListenable({ sample: false, programme: 'p' }, '0.0.0.0')
})
