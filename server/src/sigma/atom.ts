/** One elementary test of one field, as a function of an event's fields. What the index decides is defined here too. */
import { BlockList, isIP } from 'node:net'
import type { FieldValue } from './event.ts'
import { ANY_FIELD, type Atom, type Comparison, type GlobPart, type Test } from './expression.ts'
import { compileRegex } from './modifiers.ts'

type Fields = ReadonlyMap<string, FieldValue>

export interface CompiledTest {
  readonly atom: Atom
  holds(fields: Fields): boolean
}

export function compileTest(atom: Atom): CompiledTest {
  const { field, test } = atom
  switch (test.kind) {
    case 'null':
      return { atom, holds: (fields) => isNothing(fields.get(field)) }
    case 'exists':
      return {
        atom,
        holds: (fields) => (field === ANY_FIELD ? fields.size > 0 : fields.has(field)) === test.wanted,
      }
    case 'fieldref':
      return { atom, holds: (fields) => refers(fields, field, test) }
    default: {
      const accepts = acceptor(test)
      return { atom, holds: (fields) => anyValue(fields, field, accepts) }
    }
  }
}

type TextTest = Exclude<Test, { kind: 'null' | 'exists' | 'fieldref' }>

function acceptor(test: TextTest): (value: string) => boolean {
  switch (test.kind) {
    case 'equals':
      return (value) => fold(value, test.cased) === test.text
    case 'contains':
      return (value) => fold(value, test.cased).includes(test.text)
    case 'startswith':
      return (value) => fold(value, test.cased).startsWith(test.text)
    case 'endswith':
      return (value) => fold(value, test.cased).endsWith(test.text)
    case 'glob':
      return (value) => globMatches(test.parts, fold(value, test.cased))
    case 'regex': {
      const regex = compileRegex(test)
      return (value) => regex.matcher(value).find()
    }
    case 'cidr':
      return networkAcceptor(test.network)
    case 'compare':
      return (value) => compares(value, test.operator, test.number)
  }
}

function fold(value: string, cased: boolean): string {
  return cased ? value : value.toLowerCase()
}

function anyValue(fields: Fields, field: string, accepts: (value: string) => boolean): boolean {
  if (field !== ANY_FIELD) return accepted(fields.get(field), accepts)
  for (const value of fields.values()) if (accepted(value, accepts)) return true
  return false
}

function accepted(value: FieldValue | undefined, accepts: (value: string) => boolean): boolean {
  if (value === undefined || value === null) return false
  return typeof value === 'string' ? accepts(value) : value.some(accepts)
}

function isNothing(value: FieldValue | undefined): boolean {
  return value === undefined || value === null || value === '' || (Array.isArray(value) && value.length === 0)
}

function networkAcceptor(network: string): (value: string) => boolean {
  const [address = '', bits] = network.split('/')
  const family = isIP(address) === 4 ? 'ipv4' : 'ipv6'
  const list = new BlockList()
  list.addSubnet(address, Number(bits), family)
  return (value) => {
    const version = isIP(value)
    return version !== 0 && list.check(value, version === 4 ? 'ipv4' : 'ipv6')
  }
}

function compares(value: string, operator: Comparison, number: number): boolean {
  const given = value.trim() === '' ? Number.NaN : Number(value)
  switch (operator) {
    case 'lt':
      return given < number
    case 'lte':
      return given <= number
    case 'gt':
      return given > number
    case 'gte':
      return given >= number
  }
}

function refers(fields: Fields, field: string, test: Extract<Test, { kind: 'fieldref' }>): boolean {
  return accepted(fields.get(test.other), (text) =>
    text === ''
      ? false
      : accepted(fields.get(field), acceptor({ kind: test.how, text: text.toLowerCase(), cased: false })),
  )
}

/** Each text at its first place after the one before it: enough, because `any` between them takes up the rest. */
export function globMatches(parts: readonly GlobPart[], value: string): boolean {
  // Positions of `value` that the parts so far can end at, as the last `any` leaves them: one is enough to go back to.
  let at = 0
  let part = 0
  let anyPart = -1
  let anyAt = 0
  for (;;) {
    const current = parts[part]
    if (current === undefined) {
      if (at === value.length) return true
    } else if (current === 'any') {
      anyPart = part
      anyAt = at
      part += 1
      continue
    } else if (current === 'one' ? at < value.length : value.startsWith(current.text, at)) {
      at += current === 'one' ? 1 : current.text.length
      part += 1
      continue
    }
    if (anyPart < 0 || anyAt >= value.length) return false
    anyAt += 1
    at = anyAt
    part = anyPart + 1
  }
}
