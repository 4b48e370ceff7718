/**
 * Strict shapes for JSON that strangers sign: closed objects, bounded texts, ranged integers.
 *
 * A shape reads `unknown` and returns a typed value or throws; there is no lenient mode, because a member
 * that one reader ignores is a member that another reader may obey.
 */

/** Why a value does not have its shape: a path and a sentence. */
export class ShapeError extends Error {
  override readonly name = 'ShapeError'
  readonly path: string
  constructor(path: string, message: string) {
    super(`\`${path === '' ? 'value' : path}\` ${message}`)
    this.path = path
  }
}

/** Reads an unknown value at a path, or throws `ShapeError`. */
export type Shape<T> = (value: unknown, path: string) => T
/** What a shape reads. */
export type Shaped<S> = S extends Shape<infer T> ? T : never

type Members = Readonly<Record<string, Shape<unknown>>>
type Read<M extends Members> = { readonly [K in keyof M]: Shaped<M[K]> }

/** A string of at most `charactersMax` UTF-16 units that matches `pattern`, well formed and without controls. */
export function text(charactersMax: number, pattern?: RegExp): Shape<string> {
  return (value, path) => {
    if (typeof value !== 'string' || value === '')
      throw new ShapeError(path, 'must be a text that is not empty')
    if (value.length > charactersMax) {
      throw new ShapeError(path, `must be at most ${charactersMax} characters long`)
    }
    if (!value.isWellFormed() || hasControl(value)) {
      throw new ShapeError(path, 'must not hold control characters or lone surrogates')
    }
    if (pattern !== undefined && !pattern.test(value))
      throw new ShapeError(path, `must match ${pattern.source}`)
    return value
  }
}

/** A whole number from `min` to `max`, both included, within what JSON carries exactly. */
export function integer(min: number, max: number): Shape<number> {
  return (value, path) => {
    if (typeof value === 'number' && Number.isSafeInteger(value) && value >= min && value <= max) return value
    throw new ShapeError(path, `must be an integer from ${min} to ${max}`)
  }
}

/** True or false, nothing that looks like it. */
export const boolean: Shape<boolean> = (value, path) => {
  if (typeof value === 'boolean') return value
  throw new ShapeError(path, 'must be true or false')
}

/** One of these texts. */
export function oneOf<const T extends string>(values: readonly T[]): Shape<T> {
  return (value, path) => {
    const found = values.find((known) => known === value)
    if (found !== undefined) return found
    throw new ShapeError(path, `must be one of ${values.join(', ')}`)
  }
}

/** An array of `min` to `max` items; `unique` gives the text by which no two may agree. */
export function list<T>(
  item: Shape<T>,
  min: number,
  max: number,
  unique?: (item: T) => string,
): Shape<readonly T[]> {
  return (value, path) => {
    if (!Array.isArray(value)) throw new ShapeError(path, 'must be an array')
    if (value.length < min || value.length > max) {
      throw new ShapeError(path, `must hold ${min} to ${max} items`)
    }
    const items = value.map((each: unknown, i) => item(each, `${path}[${i}]`))
    if (unique !== undefined && new Set(items.map(unique)).size !== items.length) {
      throw new ShapeError(path, 'must not name the same thing twice')
    }
    return items
  }
}

/** The shape, or null. */
export function nullable<T>(shape: Shape<T>): Shape<T | null> {
  return (value, path) => (value === null ? null : shape(value, path))
}

/** An object with exactly these members. */
export function object<const M extends Members>(members: M): Shape<Read<M>> {
  const names = Object.keys(members)
  return (value, path) => {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) {
      throw new ShapeError(path, 'must be an object')
    }
    const given = value as Readonly<Record<string, unknown>> // an object, as was just seen
    for (const name of Object.keys(given)) {
      if (!Object.hasOwn(members, name)) throw new ShapeError(join(path, name), 'is not a known member')
    }
    const read: Record<string, unknown> = {}
    for (const name of names) {
      if (!Object.hasOwn(given, name)) throw new ShapeError(join(path, name), 'is missing')
      // `names` are the keys of `members`.
      read[name] = members[name]!(given[name], join(path, name))
    }
    return read as Read<M>
  }
}

/** The shape of an object that may also say `flag`, and then only `true`. */
export function withFlag<T extends object, const F extends string>(
  shape: Shape<T>,
  flag: F,
): Shape<T & { readonly [K in F]?: true }> {
  return (value, path) => {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, flag)) return shape(value, path)
    const { [flag]: said, ...rest } = value as Readonly<Record<string, unknown>> // an object, as was just seen
    if (said !== true) throw new ShapeError(join(path, flag), 'must be true where it is given')
    // The member just read; TypeScript does not follow a computed name into the mapped type.
    return { ...shape(rest, path), [flag]: true } as T & { readonly [K in F]?: true }
  }
}

/** One of several objects told apart by a member. */
export function either<const M extends Readonly<Record<string, Shape<unknown>>>>(
  member: string,
  shapes: M,
): Shape<Shaped<M[keyof M]>> {
  return (value, path) => {
    // Of anything but an object the member is undefined, and refused below.
    const kind = (value as Readonly<Record<string, unknown>> | null)?.[member]
    const shape = typeof kind === 'string' && Object.hasOwn(shapes, kind) ? shapes[kind] : undefined
    if (shape === undefined) {
      throw new ShapeError(join(path, member), `must be one of ${Object.keys(shapes).join(', ')}`)
    }
    return shape(value, path) as Shaped<M[keyof M]> // `shape` is one of `shapes`
  }
}

function join(path: string, name: string): string {
  return path === '' ? name : `${path}.${name}`
}

function hasControl(value: string): boolean {
  for (let i = 0; i < value.length; i++) {
    const unit = value.charCodeAt(i)
    if (unit < 0x20 || (unit >= 0x7f && unit < 0xa0)) return true
  }
  return false
}
