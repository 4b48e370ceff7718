/**
 * Where figures go: JSON lines on standard output and in bench/results/NAME.jsonl.
 *
 * The first line describes the machine; every further line is one row with units in its key names.
 * README tables are generated from these files and from nothing else.
 */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { describeMachine } from './machine.ts'

const RESULTS_DIR = fileURLToPath(new URL('./results/', import.meta.url))

export type Row = { readonly row: string } & Readonly<Record<string, string | number | boolean | null>>

export interface Results {
  add(row: Row): void
  /** Progress for the person watching: standard error, never part of the figures. */
  note(text: string): void
  save(): void
}

/** Opens the results of one bench. Nothing reaches the file before `save`, so a broken run keeps the last good one. */
export function openResults(bench: string): Results {
  const lines = [JSON.stringify(describeMachine(bench))]
  process.stdout.write(`${lines[0]}\n`)
  return {
    add(row) {
      const line = JSON.stringify({ bench, ...row })
      lines.push(line)
      process.stdout.write(`${line}\n`)
    },
    note: (text) => void process.stderr.write(`${text}\n`),
    save() {
      mkdirSync(RESULTS_DIR, { recursive: true })
      writeFileSync(`${RESULTS_DIR}${bench}.jsonl`, `${lines.join('\n')}\n`)
    },
  }
}

/** Reads the saved rows of a bench, the machine line first; empty when it has never run. */
export function readResults(bench: string): Record<string, string | number | boolean | null>[] {
  try {
    const text = readFileSync(`${RESULTS_DIR}${bench}.jsonl`, 'utf8')
    return text
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as Record<string, string | number | boolean | null>)
  } catch {
    return []
  }
}
