/** Plain records by id: what the folded state keeps, so that it is JSON as it stands. */
export type Rec<T> = Readonly<Record<string, T>>

/** HOSTILE: ids come from statements, and `constructor` is a good id. */
export function entry<T>(record: Rec<T>, id: string): T | undefined {
  return Object.hasOwn(record, id) ? record[id] : undefined
}
