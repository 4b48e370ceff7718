/**
 * Asks of our own, by topic: what the reader learns from, and what is held out of it to measure transfer.
 *
 * Format and provenance: `items/README.md`. The split is by topic, never by line, so that a held-out ask has no
 * sibling among those learnt from.
 */
import { createHash } from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'
import type { Capability, Side } from '../../server/src/boundary/index.ts'

export type Place = 'user' | 'system' | 'tool' | 'result' | 'call'

export interface Item {
  readonly id: string
  readonly topic: string
  readonly lang: 'en' | 'ja'
  readonly side: Exclude<Side, 'uncertain'>
  readonly capability: Capability
  readonly place: Place
  readonly text: string
  readonly heldOut: boolean
  /** Written with misses of held-out asks in sight: never learnt from where transfer is measured. */
  readonly afterMisses: boolean
}

const FOLDER = new URL('./items/', import.meta.url)
/** One topic in so many is held out. */
const HELD_OUT_OF = 4
const AFTER_MISSES = 'nearby.txt'

const SIDE_OF: Readonly<Record<string, Item['side']>> = {
  D: 'defensive',
  U: 'dual_use',
  O: 'offensive',
  P: 'prohibited',
  N: 'non_cyber',
}

const CAPABILITY_OF: Readonly<Record<string, Capability>> = {
  at: 'alert_triage',
  la: 'log_analysis',
  de: 'detection_engineering',
  ti: 'threat_intel',
  ir: 'incident_response',
  fo: 'forensics',
  vd: 'vulnerability_discovery',
  vt: 'vulnerability_triage',
  pa: 'patching',
  ha: 'hardening',
  sc: 'secure_code_review',
  ma: 'malware_analysis',
  re: 'reverse_engineering',
  ev: 'exploit_validation',
  pp: 'pentest_planning',
  ae: 'attack_emulation',
  ca: 'credential_attack',
  se: 'stealth_evasion',
  pe: 'persistence',
  lm: 'lateral_movement',
  c2: 'command_and_control',
  mc: 'malware_creation',
  dx: 'data_exfiltration',
  so: 'social_engineering',
  tp: 'third_party_exploitation',
  di: 'disruption',
  no: 'none',
}

const LINE = /^([DUOPN])(\w{2}) (?:@(system|tool|result|call) )?(.+)$/

/** Every item of `items/*.txt`, in the order of the files. */
export function loadItems(): Item[] {
  const files = readdirSync(FOLDER).filter((name) => name.endsWith('.txt'))
  return files.sort().flatMap((name) => itemsOf(name, readFileSync(new URL(name, FOLDER), 'utf8')))
}

/** SHA-256 of every file of items, by name. */
export function itemDigests(): Record<string, string> {
  const files = readdirSync(FOLDER).filter((name) => name.endsWith('.txt'))
  return Object.fromEntries(
    files.sort().map((name) => {
      const digest = createHash('sha256').update(readFileSync(new URL(name, FOLDER)))
      return [`items/${name}`, digest.digest('hex')]
    }),
  )
}

function itemsOf(file: string, text: string): Item[] {
  const items: Item[] = []
  let topic = ''
  text.split('\n').forEach((line, index) => {
    if (line === '') return
    if (line.startsWith('# ')) {
      topic = line.slice(2)
      return
    }
    const [, side = '', capability = '', place = 'user', words = ''] = LINE.exec(line) ?? []
    const known = CAPABILITY_OF[capability]
    if (known === undefined) throw new Error(`${file}:${index + 1}: not an item: ${line}`)
    items.push({
      id: `${file.replace('.txt', '')}-${index + 1}`,
      topic,
      lang: /[\u3040-\u30ff\u4e00-\u9fff]/.test(words) ? 'ja' : 'en',
      // LINE lets through no other letter.
      side: SIDE_OF[side]!,
      capability: known,
      // LINE lets through no other place.
      place: place as Place,
      text: words,
      heldOut: file !== AFTER_MISSES && isHeldOut(topic),
      afterMisses: file === AFTER_MISSES,
    })
  })
  return items
}

function isHeldOut(topic: string): boolean {
  return createHash('sha256').update(topic).digest().readUInt32BE() % HELD_OUT_OF === 0
}
