/** The known word that a mistyped one most likely meant. */

/** More slips than this and a guess would mislead. */
const EDITS_MAX = 3

/** Nearest of `known` by edit distance, case ignored, or null when none is near. */
export function nearest<T extends string>(word: string, known: readonly T[]): T | null {
  const limit = Math.min(EDITS_MAX, Math.floor(word.length / 2))
  let best: T | null = null
  let bestEdits = limit + 1
  for (const candidate of known) {
    const edits = editDistance(plain(word), plain(candidate))
    if (edits < bestEdits) {
      best = candidate
      bestEdits = edits
    }
  }
  return best
}

/** `data_dir`, `data-dir` and `DataDir` all mean `dataDir`. */
const plain = (word: string): string => word.toLowerCase().replace(/[-_]/g, '')

function editDistance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, i) => i)
  for (let i = 1; i <= a.length; i++) {
    const next = [i]
    for (let j = 1; j <= b.length; j++) {
      const substitute = row[j - 1]! + (a[i - 1] === b[j - 1] ? 0 : 1)
      next.push(Math.min(substitute, row[j]! + 1, next[j - 1]! + 1))
    }
    row = next
  }
  return row[b.length]!
}
