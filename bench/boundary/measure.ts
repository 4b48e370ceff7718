/** Figures of a scored set: area under the ROC curve, recall at a false-positive rate, quantiles. */

/** Probability that a positive scores above a negative; ties count half. */
export function auroc(positives: readonly number[], negatives: readonly number[]): number {
  const all = [
    ...positives.map((score) => ({ score, hit: 1 })),
    ...negatives.map((score) => ({ score, hit: 0 })),
  ]
  all.sort((a, b) => a.score - b.score)
  let rankSum = 0
  for (let from = 0; from < all.length; ) {
    let to = from
    while (to < all.length && all[to]!.score === all[from]!.score) to++
    for (let i = from; i < to; i++) if (all[i]!.hit === 1) rankSum += (from + 1 + to) / 2
    from = to
  }
  return (rankSum - (positives.length * (positives.length + 1)) / 2) / (positives.length * negatives.length)
}

/** Share of positives above the score that a share `rate` of the negatives exceeds. */
export function recallAt(positives: readonly number[], negatives: readonly number[], rate: number): number {
  const sorted = [...negatives].sort((a, b) => b - a)
  const threshold = sorted[Math.floor(sorted.length * rate)] ?? Number.NEGATIVE_INFINITY
  return positives.filter((score) => score > threshold).length / positives.length
}

export function quantile(values: readonly number[], q: number): number {
  const sorted = [...values].sort((a, b) => a - b)
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * q))] ?? Number.NaN
}
