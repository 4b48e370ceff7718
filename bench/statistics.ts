/** Medians, percentiles and rounding, so that every bench means the same thing by the same key. */

/** The value below which `permille` of the samples lie; 0 for no samples. Sorts a copy. */
export function percentile(samples: ArrayLike<number>, permille: number): number {
  if (samples.length === 0) return 0
  const sorted = Float64Array.from(samples).sort()
  return sorted[Math.min(sorted.length - 1, Math.floor((sorted.length * permille) / 1000))] ?? 0
}

export function median(samples: readonly number[]): number {
  const sorted = [...samples].sort((a, b) => a - b)
  const middle = sorted.length >> 1
  const high = sorted[middle] ?? 0
  return sorted.length % 2 === 1 ? high : ((sorted[middle - 1] ?? 0) + high) / 2
}

/** Rounds to `digits` significant decimals: figures with more digits than the noise allows mislead. */
export function round(value: number, digits = 2): number {
  const scale = 10 ** digits
  return Math.round(value * scale) / scale
}
