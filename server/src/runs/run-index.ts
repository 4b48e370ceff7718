/**
 * Where in the ledger each run stands: found by reading the ledger, kept in a file only to read less at the next start.
 *
 * The file may be lost or old: what it lacks is read again. It holds indices and ids, nothing of what was recorded.
 */
import { readFileSync, renameSync, writeFileSync } from 'node:fs'
import type { Ledger, StoredEntry } from '../ledger/index.ts'
import { type RunEntry, runOf } from './run.ts'

/** LIMIT: runs kept in the index; the oldest leave it. Their entries stay in the ledger. */
const RUNS_MAX = 10_000

interface Saved {
  readonly size: number
  readonly runs: readonly (readonly [run: string, entries: readonly number[]])[]
}

export class RunIndex {
  readonly #file: string
  readonly #runs = new Map<string, number[]>()
  /** Run of each intent, so that its outcome is found to be of the run too. */
  readonly #intents = new Map<number, string>()
  #size = 0

  constructor(file: string) {
    this.#file = file
    const saved = readSaved(file)
    for (const [run, entries] of saved.runs) {
      this.#runs.set(run, [...entries])
      for (const entry of entries) this.#intents.set(entry, run)
    }
    this.#size = saved.size
  }

  /** Reads what the ledger has and this does not. */
  async catchUp(ledger: Pick<Ledger, 'entries' | 'size'>): Promise<void> {
    // A ledger that is shorter than the file is another ledger.
    if (ledger.size() < this.#size) this.#forget()
    for await (const entry of ledger.entries(this.#size)) {
      const read = entryOf(entry)
      if (read !== null) this.note(read)
      this.#size = Math.max(this.#size, entry.index + 1)
    }
  }

  note({ index, kind, fields }: Pick<RunEntry, 'index' | 'kind' | 'fields'>): void {
    const run = kind === 'intent' ? runOf(fields) : this.#intents.get(Number(fields.refers))
    if (run === undefined || run === null) return
    const entries = this.#runs.get(run) ?? []
    if (entries.length > 0 && index <= (entries.at(-1) as number)) {
      if (entries.includes(index)) return
      entries.push(index)
      entries.sort((a, b) => a - b)
    } else entries.push(index)
    this.#runs.set(run, entries)
    this.#intents.set(index, run)
    for (const oldest of this.#runs.keys()) {
      if (this.#runs.size <= RUNS_MAX) break
      this.#runs.delete(oldest)
    }
  }

  runs(): readonly string[] {
    return [...this.#runs.keys()]
  }

  entries(run: string): readonly number[] {
    return this.#runs.get(run) ?? []
  }

  save(): void {
    const saved: Saved = { size: this.#size, runs: [...this.#runs] }
    writeFileSync(`${this.#file}.tmp`, JSON.stringify(saved), { mode: 0o600 })
    renameSync(`${this.#file}.tmp`, this.#file)
  }

  #forget(): void {
    this.#runs.clear()
    this.#intents.clear()
    this.#size = 0
  }
}

/** What can be read of an entry; null for statements and what was destroyed. */
export function entryOf(entry: StoredEntry): RunEntry | null {
  if (entry.class !== 'exchange' || entry.fields === 'unavailable') return null
  const { index, timeMs, kind, fields, content } = entry
  return { index, timeMs, kind, fields, content }
}

function readSaved(file: string): Saved {
  try {
    const saved = JSON.parse(readFileSync(file, 'utf8')) as Saved
    if (Number.isSafeInteger(saved.size) && Array.isArray(saved.runs)) return saved
  } catch {
    // None yet, or damaged: everything is read again.
  }
  return { size: 0, runs: [] }
}
