/**
 * What the reader learns from: asks of our own, and labelled public texts that stay outside the repository.
 *
 * A row says only what its source supports: a head that a source cannot label is left out of it.
 */
import { createHash } from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { BinaryHead } from '../../server/src/boundary/model.ts'
import { CAPABILITIES, type Capability } from '../../server/src/boundary/reading.ts'
import { FAMILIES, FRAMES, SLOTS } from './asks.ts'
import { EVERYDAY } from './asks-everyday.ts'
import { composeAsks } from './grammar.ts'
import { type Item, loadItems } from './items.ts'

export interface Row {
  readonly id: string
  readonly text: string
  readonly source: string
  readonly lang: string
  /** 1 or 0 for each head the source can label. */
  readonly heads: Readonly<Partial<Record<BinaryHead, 0 | 1>>>
  /** Index into CAPABILITIES, or null. */
  readonly capability: number | null
  readonly weight: number
}

/** Small deterministic generator (mulberry32). */
export function seededRandom(seed: number): () => number {
  let state = seed >>> 0
  return () => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296
  }
}

const capabilityIndex = (name: Capability): number => CAPABILITIES.indexOf(name)

const HEADS_OF_SIDE = {
  defensive: { cyber: 1, harm: 0, dual: 0 },
  dual_use: { cyber: 1, harm: 0, dual: 1 },
  offensive: { cyber: 1, harm: 1, forbidden: 0 },
  prohibited: { cyber: 1, harm: 1, forbidden: 1 },
  non_cyber: { cyber: 0, harm: 0 },
} as const

/** Rows from our own asks: `copies` fillings of every ask. */
export function ownRows(seed: number, copies: number): Row[] {
  const random = seededRandom(seed)
  const pick = <T>(list: readonly T[]): T => list[Math.floor(random() * list.length)]!
  const rows: Row[] = []
  for (const family of [...FAMILIES, ...EVERYDAY]) {
    for (const lang of ['en', 'ja'] as const) {
      for (const ask of family[lang]) {
        const seen = new Set<string>()
        const slots = ask.match(/\{\w+\}/g)?.length ?? 0
        for (let copy = 0; copy < copies * Math.max(1, slots); copy++) {
          const filled = ask.replace(/\{(\w+)\}/g, (_, slot: string) => pick(SLOTS[slot]?.[lang] ?? ['']))
          const framed = random() < 0.45 ? pick(FRAMES[lang]).replace('{ask}', filled) : filled
          const text = lang === 'en' && random() < 0.2 ? framed.toLowerCase() : framed
          if (seen.has(text)) continue
          seen.add(text)
          rows.push({
            id: `own-${rows.length}`,
            text,
            source: 'own',
            lang,
            heads: HEADS_OF_SIDE[family.side],
            capability: capabilityIndex(family.capability),
            weight: family.side === 'non_cyber' ? 1.5 : 0.6,
          })
        }
      }
    }
  }
  return rows
}

/** Rows from the items: each as it stands, in lower case, and in `copies` frames. */
export function itemRows(seed: number, copies: number, wanted: (item: Item) => boolean): Row[] {
  const random = seededRandom(seed)
  const pick = <T>(list: readonly T[]): T => list[Math.floor(random() * list.length)]!
  const rows: Row[] = []
  for (const item of loadItems().filter(wanted)) {
    const texts = new Set([item.text, item.text.toLowerCase()])
    for (let copy = 0; copy < copies; copy++) {
      texts.add(item.place === 'user' ? pick(FRAMES[item.lang]).replace('{ask}', item.text) : item.text)
    }
    for (const text of texts) {
      rows.push({
        id: `${item.id}-${rows.length}`,
        text,
        source: 'items',
        lang: item.lang,
        heads: HEADS_OF_SIDE[item.side],
        capability: capabilityIndex(item.capability),
        weight: ITEM_WEIGHT,
      })
    }
  }
  return rows
}

/** Rows put together by the grammar: `count` in each language. */
export function composedRows(seed: number, count: number): Row[] {
  return composeAsks(count, seededRandom(seed)).map((each, index) => ({
    id: `composed-${index}`,
    text: each.text,
    source: 'composed',
    lang: each.lang,
    heads: HEADS_OF_SIDE[each.side],
    capability: capabilityIndex(each.capability),
    weight: COMPOSED_WEIGHT,
  }))
}

const COMPOSED_WEIGHT = 0.4

/** Every item counts for several rows of the public sources. */
const ITEM_WEIGHT = 1.5

interface PublicRow {
  readonly id: string
  readonly text: string
  readonly side?: string
  readonly cap?: string | null
  readonly lang?: string
  readonly orig?: unknown
}

type Labels = Pick<Row, 'heads' | 'capability' | 'weight'>
const labels = (heads: Row['heads'], capability: Capability | null, weight: number): Labels => ({
  heads,
  capability: capability === null ? null : capabilityIndex(capability),
  weight,
})

/** Rows of the offensive source that a defender would ask too: left out, since their label says nothing. */
const DEFENDERS_QUESTION =
  /\b(?:prevent|mitigat|defend|protect|countermeasure|used by|attackers use|^(?:what|which|why|in what|are there|is it|can you explain|explain)\b|secure against|study|learn about|^what (?:is|are) (?!the (?:best|steps|most|process|precise|exact))|^how do(?:es)? (?!i\b|one\b|you\b|we\b)|^why |(?:to|can) detect\b)/i

/** How each public source is labelled; a source not listed is not used. */
const SOURCES: Readonly<Record<string, (row: PublicRow) => Labels | null>> = {
  cysecbench: ({ orig, text }) =>
    DEFENDERS_QUESTION.test(text)
      ? null
      : labels({ cyber: 1, harm: 1 }, orig === 'Malware Attacks' ? 'malware_creation' : null, 0.15),
  templated: templatedLabels,
  cse_instruct_coding: () => labels(HEADS_OF_SIDE.non_cyber, 'none', 1),
  self_instruct_t0: () => labels(HEADS_OF_SIDE.non_cyber, 'none', 1),
  self_instruct_seeds: () => labels(HEADS_OF_SIDE.non_cyber, 'none', 2),
  jcommonsenseqa_ja: () => labels(HEADS_OF_SIDE.non_cyber, 'none', 1),
  sigma_rules: () => labels(HEADS_OF_SIDE.defensive, 'detection_engineering', 0.25),
  splunk_stories: () => labels(HEADS_OF_SIDE.defensive, null, 0.4),
  owasp_cheatsheets: () => labels({ cyber: 1, harm: 0 }, null, 0.4),
  attack_mitigations: () => labels(HEADS_OF_SIDE.defensive, 'hardening', 1),
  attack_techniques: () => labels({ cyber: 1 }, null, 0.4),
}

const TEMPLATED_CAPABILITY: Readonly<Record<string, Capability>> = {
  c2: 'command_and_control',
  credential_attack: 'credential_attack',
  exfiltration: 'data_exfiltration',
  impact: 'disruption',
  lateral_movement: 'lateral_movement',
  malware_dev: 'malware_creation',
  adversary_emulation: 'attack_emulation',
  sysadmin: 'none',
}

function templatedLabels({ side, cap }: PublicRow): Labels | null {
  const capability = TEMPLATED_CAPABILITY[cap ?? ''] ?? null
  if (side === 'defensive') return labels({ cyber: 1, harm: 0, dual: 0 }, null, 0.3)
  if (side === 'dual') return labels({ cyber: 1, harm: 0, dual: 1 }, null, 0.3)
  if (side === 'offensive') return labels({ cyber: 1, harm: 1 }, capability, 0.3)
  // Administration borders on security: its side is certain, its topic is not.
  return labels({ harm: 0, dual: 0 }, null, 0.4)
}

export interface Corpus {
  readonly rows: readonly Row[]
  /** SHA-256 of every file read, by name. */
  readonly digests: Readonly<Record<string, string>>
}

/** Rows of the public sources below `dir` (folders `train` and `taxonomy`). */
export function publicRows(dir: string): Corpus {
  const rows: Row[] = []
  const digests: Record<string, string> = {}
  for (const folder of ['train', 'taxonomy']) {
    for (const file of readdirSync(join(dir, folder)).sort()) {
      const source = file.replace(/\.jsonl$/, '')
      const label = SOURCES[source]
      if (label === undefined) continue
      const bytes = readFileSync(join(dir, folder, file))
      digests[`${folder}/${file}`] = createHash('sha256').update(bytes).digest('hex')
      for (const line of bytes.toString().trim().split('\n')) {
        const row = JSON.parse(line) as PublicRow
        const labelled = label(row)
        if (labelled !== null)
          rows.push({ ...labelled, id: row.id, text: row.text, source, lang: row.lang ?? 'en' })
      }
    }
  }
  return { rows, digests }
}
