/**
 * Answers, for all tests of all rules at once, which texts stand in an event: one pass over each field.
 *
 * A test that the texts alone decide is reported as certain. For globs and expressions the longest text they need is
 * looked for; what has none is reported as possible whenever its field is there.
 */
import { type Automaton, buildAutomaton } from './automaton.ts'
import type { FieldValue } from './event.ts'
import { ANY_FIELD, type Atom, type Test } from './expression.ts'
import { requiredLiteral } from './literal.ts'

export interface FieldIndex {
  /** Calls `found(id, certain)` for each test that holds, or may hold. A test may be reported more than once. */
  scan(fields: ReadonlyMap<string, FieldValue>, found: Found): void
}
type Found = (id: number, certain: boolean) => void

export interface IndexedAtom {
  readonly id: number
  readonly atom: Atom
}

/** Whether the index decides the test by itself. */
export function indexable({ test }: Atom): boolean {
  return (
    test.kind === 'equals' ||
    test.kind === 'contains' ||
    test.kind === 'startswith' ||
    test.kind === 'endswith'
  )
}

type Place = 'contains' | 'startswith' | 'endswith' | 'possible'

export function createFieldIndex(atoms: readonly IndexedAtom[]): FieldIndex {
  const byField = Map.groupBy(atoms, ({ atom }) => atom.field)
  const tables = new Map([...byField].map(([field, its]) => [field, createTable(its)]))
  const any = tables.get(ANY_FIELD)
  return {
    scan(fields, found) {
      for (const [name, value] of fields) {
        const table = tables.get(name)
        if (table !== undefined) scanField(table, value, found)
        if (any !== undefined) scanField(any, value, found)
      }
    },
  }
}

interface Table {
  readonly folded: TextTable | null
  readonly cased: TextTable | null
  /** Tests that any value of the field may satisfy. */
  readonly present: readonly number[]
}

function createTable(atoms: readonly IndexedAtom[]): Table {
  const places = atoms.map(({ id, atom }) => ({ id, ...placeOf(atom.test) }))
  const texts = (cased: boolean) => places.filter((place) => place.text !== '' && place.cased === cased)
  return {
    folded: textTable(texts(false)),
    cased: textTable(texts(true)),
    present: places
      .filter((place) => place.text === '' && place.kind === 'possible')
      .map((place) => place.id),
  }
}

interface Placed {
  readonly id: number
  readonly kind: Place | 'equals'
  readonly text: string
  readonly cased: boolean
}

function placeOf(test: Test): Omit<Placed, 'id'> {
  switch (test.kind) {
    case 'equals':
    case 'contains':
    case 'startswith':
    case 'endswith':
      return { kind: test.kind, text: test.text, cased: test.cased }
    case 'glob': {
      const texts = test.parts.map((part) => (typeof part === 'object' ? part.text : ''))
      return { kind: 'possible', text: longest(texts), cased: test.cased }
    }
    case 'regex':
      return { kind: 'possible', text: requiredLiteral(test.source, test.flags) ?? '', cased: false }
    default:
      return { kind: 'possible', text: '', cased: false }
  }
}

function longest(texts: readonly string[]): string {
  return texts.reduce((best, text) => (text.length > best.length ? text : best), '')
}

interface TextTable {
  readonly equals: ReadonlyMap<string, readonly number[]>
  readonly automaton: Automaton | null
  readonly texts: readonly Placed[]
}

function textTable(places: readonly Placed[]): TextTable | null {
  if (places.length === 0) return null
  const equals = new Map<string, number[]>()
  for (const place of places) {
    if (place.kind !== 'equals') continue
    const ids = equals.get(place.text)
    if (ids === undefined) equals.set(place.text, [place.id])
    else ids.push(place.id)
  }
  const texts = places.filter((place) => place.kind !== 'equals')
  return {
    equals,
    texts,
    automaton: texts.length === 0 ? null : buildAutomaton(texts.map(({ text }) => text)),
  }
}

function scanField(table: Table, value: FieldValue, found: Found): void {
  // A field may be there without a value: `exists` holds then.
  for (const id of table.present) found(id, false)
  if (value === null) return
  if (typeof value === 'string') scanValue(table, value, found)
  else for (const one of value) scanValue(table, one, found)
}

function scanValue(table: Table, value: string, found: Found): void {
  if (table.folded !== null) scanText(table.folded, value.toLowerCase(), found)
  if (table.cased !== null) scanText(table.cased, value, found)
}

function scanText({ equals, automaton, texts }: TextTable, value: string, found: Found): void {
  const same = equals.get(value)
  if (same !== undefined) for (const id of same) found(id, true)
  automaton?.scan(value, (at, end) => {
    // The automaton reports positions in this list.
    const { id, kind, text } = texts[at] as Placed
    if (kind === 'possible') found(id, false)
    else if (kind === 'contains') found(id, true)
    else if (kind === 'startswith' ? end === text.length : end === value.length) found(id, true)
  })
}
