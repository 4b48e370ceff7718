/**
 * The ledger on a disk that loses power again and again, fills up and breaks: no acknowledged entry lost, no fork.
 *
 * Spec: docs/spec/ledger.md §1, §7. Every start must succeed: a power cut alone never makes a directory that is refused.
 */
import assert from 'node:assert/strict'
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { type LedgerReader, parseVerifierKey, type SavedCheckpoint, utf8, verifyLedger } from 'sekisho-verify'
import { openFileKeyRing } from './file-key-ring.ts'
import type { FileLedger } from './file-ledger.ts'
import { intentDraft, openTest, outcomeDraft, scratchDir } from './fixture.ts'
import type { KeyRing } from './key-ring.ts'
import { type Random, SimulatedDisk, seededRandom } from './simulated-disk.ts'

const CRASHES = 8
/** The share of crashes that kill the process and leave the machine running. */
const KILLS = 0.3
/** One for all: a machine without power keeps its lock, and the inode of a removed directory is given to another. */
const scratch = scratchDir()
mkdirSync(scratch.dir)
after(() => scratch[Symbol.dispose]())

interface World {
  readonly random: Random
  readonly disk: SimulatedDisk
  /** Content of acknowledged intents by index; `statement` of statements. */
  readonly acknowledged: Map<number, string>
  readonly saved: SavedCheckpoint[]
  readonly kek: KeyRing
  nowMs: number
  /** Counts starts, and what was written. */
  life: number
  serial: number
  /** Entries that the last start found. */
  found: number
}

/** What one process did before it was killed or its power was cut. */
async function live(world: World, dir: string, trouble: () => void): Promise<void> {
  const { random, disk } = world
  let fatal = false
  const ledger = await openTest(dir, {
    disk: disk.mount(dir),
    kek: world.kek,
    checkpointIntervalMs: 1,
    segmentBytes: 20_000,
    clock: { nowMs: () => world.nowMs, monotonicMs: () => 0 },
    onFatal: () => {
      fatal = true
    },
  })
  await check(world, ledger)
  trouble()
  let left = Math.floor(random() * random() * 120)
  const writers = Array.from({ length: 1 + Math.floor(random() * 16) }, async () => {
    while (left-- > 0 && !fatal) {
      try {
        await write(world, ledger)
      } catch (error) {
        if (!/^ledger_(not_writable|failed)$/.test((error as { code?: string }).code ?? '')) throw error
        disk.faults.capacityBytes = Number.POSITIVE_INFINITY
        await new Promise((resolve) => setTimeout(resolve, 2))
      }
    }
  })
  // The cut comes when the writers are done or in the middle of their work, whatever still is on its way.
  const turns = Math.floor(random() * random() * 400)
  const cut = (async () => {
    for (let turn = 0; turn < turns; turn++) {
      await new Promise((resolve) => setImmediate(resolve))
      save(world, ledger)
    }
  })()
  await Promise.race([cut, Promise.all(writers)])
  save(world, ledger)
  left = 0
  if (random() < KILLS) disk.kill()
  else disk.cutPower()
  Object.assign(disk.faults, { broken: null, capacityBytes: Number.POSITIVE_INFINITY })
}

async function write(world: World, ledger: FileLedger): Promise<void> {
  const { random, acknowledged } = world
  const serial = world.serial++
  world.nowMs += Math.floor(random() * 2000) - 800 // the clock steps, also back
  if (random() < 0.1) {
    const { index } = await ledger.append({ class: 'statement', statement: { serial } })
    acknowledged.set(index, 'statement')
    return
  }
  // Mostly of one size: what a tear leaves behind must not fit behind what is written later.
  const content = Buffer.alloc(
    random() < 0.8 ? 600 : Math.floor(random() * 3000),
    `life ${world.life}, ${serial}; `,
  )
  const { index } = await ledger.append({ ...intentDraft(7), content })
  acknowledged.set(index, brief(content))
  if (random() < 0.5) {
    acknowledged.set((await ledger.append({ ...outcomeDraft(index), content })).index, brief(content))
  }
  if (random() < 0.1) {
    await ledger.checkpointCovering(index)
    acknowledged.set(index, 'shredding')
    await ledger.shred(index)
    acknowledged.set(index, 'unavailable')
  }
}

function brief(content: Buffer | 'unavailable'): string {
  return content === 'unavailable' ? content : `${content.length}: ${content.subarray(0, 20)}`
}

/** Keeps the checkpoint that strangers see. */
function save({ saved, disk }: World, ledger: FileLedger): void {
  const note = disk.read('/public/checkpoint')?.toString() ?? ledger.checkpoint()
  if (utf8(note).length > 0 && note !== saved.at(-1)?.place) saved.push({ place: note, note: utf8(note) })
}

async function check(world: World, ledger: FileLedger): Promise<void> {
  const { acknowledged, saved, disk } = world
  for (let index = world.found; index < ledger.size(); index++) {
    const entry = await ledger.read(index).catch(() => null)
    if (entry?.class !== 'exchange' || entry.content.length < 20 || entry.content === 'unavailable') continue
    const content = entry.content.toString()
    assert.ok(
      content.startsWith(`life ${world.life},`),
      `entry ${index} rose from the dead: ${content.slice(0, 20)}`,
    )
  }
  world.found = ledger.size()
  world.life++
  for (const [index, expected] of acknowledged) {
    assert.ok(index < ledger.size(), `entry ${index} was acknowledged and is lost`)
    const entry = await ledger.read(index).catch((error) => {
      // The slot of an entry that was being shredded when the power went.
      if (expected === 'shredding' && error.code === 'ledger_key_slot_corrupt') return null
      throw error
    })
    if (expected === 'shredding' || entry === null) continue
    assert.equal(entry.class === 'statement' ? 'statement' : brief(entry.content), expected, `entry ${index}`)
  }
  const reader: LedgerReader = { read: async (name) => disk.read(`/public/${name}`) }
  await verifyLedger(reader, { key: parseVerifierKey(ledger.verifierKey), saved })
}

async function simulate(seed: number, prepare: (disk: SimulatedDisk, cut: number, random: Random) => void) {
  const random = seededRandom(seed)
  const disk = new SimulatedDisk(random)
  const world: World = {
    random,
    disk,
    acknowledged: new Map(),
    saved: [],
    kek: openFileKeyRing(join(scratch.dir, `${seed}.keyring`)),
    nowMs: 1e12,
    life: 0,
    serial: 0,
    found: 0,
  }
  for (let cut = 0; cut < CRASHES; cut++) {
    await live(world, join(scratch.dir, `${seed}-${cut}`), () => prepare(disk, cut, random))
  }
  return world
}

for (let seed = 1; seed <= 24; seed++) {
  test(`power cuts, seed ${seed}`, async () => {
    await simulate(seed, () => {})
  })
}

for (let seed = 101; seed <= 112; seed++) {
  test(`power cuts, full and broken disks, seed ${seed}`, async () => {
    await simulate(seed, (disk, cut, random) => {
      disk.faults.capacityBytes =
        cut > 0 && random() < 0.5 ? 60_000 * (cut + random()) : Number.POSITIVE_INFINITY
      disk.faults.broken = cut > 0 && random() < 0.3 ? '/wal/' : null
    })
  })
}

test('a disk that lies about what is durable is found out: these tests can fail', async () => {
  let found = 0
  for (let seed = 201; seed <= 210; seed++) {
    const lie = (disk: SimulatedDisk, cut: number) => {
      disk.faults.lying = cut > 0
    }
    await simulate(seed, lie).catch(() => found++)
  }
  assert.ok(found > 5, `only ${found} of 10`)
})
