/**
 * A text that every match of a regular expression contains, so that most values never meet the expression.
 *
 * Errs to one side only: null, or a text that is certainly there. Alternatives, groups and classes are passed over.
 */

const LENGTH_MIN = 3

/** @returns the longest certain text in lower case, or null */
export function requiredLiteral(source: string, flags: string): string | null {
  const inline = /^\(\?([ims]+)\)/.exec(source)
  const body = source.slice(inline?.[0].length ?? 0)
  const folds = `${flags}${inline?.[1] ?? ''}`.includes('i')
  let best = ''
  let run = ''
  const end = (): void => {
    if (run.length > best.length) best = run
    run = ''
  }
  for (let i = 0; i < body.length; ) {
    const char = body[i] as string
    if (char === '|') return null
    if (char === '(') {
      end()
      i = afterGroup(body, i)
      if (i < 0) return null
      i = afterQuantifier(body, i)
    } else if (char === '[') {
      end()
      i = afterClass(body, i)
      if (i < 0) return null
      i = afterQuantifier(body, i)
    } else {
      const width = char === '\\' ? 2 : 1
      const literal = char === '\\' ? escapedLiteral(body[i + 1]) : plainLiteral(char, folds)
      // `\x41`, `\p{L}`, `\Q..\E`: more than two characters, and not worth reading.
      if (char === '\\' && /[xpPQuc0-9]/.test(body[i + 1] ?? '')) return null
      const after = afterQuantifier(body, i + width)
      if (literal === null) end()
      else if (after === i + width) run += literal
      else if (body[i + width] === '+') {
        run += literal
        end()
      } else end()
      i = after
    }
  }
  end()
  return best.length >= LENGTH_MIN ? best.toLowerCase() : null
}

/** Only printable ASCII; where case is ignored, not `s`, whose other form U+017F is not lower-cased to it. */
function plainLiteral(char: string, folds: boolean): string | null {
  if (!/[\x20-\x7e]/.test(char) || /[.^$*+?{}]/.test(char)) return null
  return folds && /s/i.test(char) ? null : char
}

function escapedLiteral(char: string | undefined): string | null {
  return char !== undefined && /[^A-Za-z0-9]/.test(char) ? char : null
}

function afterGroup(body: string, from: number): number {
  let depth = 0
  for (let i = from; i < body.length; i += 1) {
    const char = body[i]
    if (char === '\\') i += 1
    else if (char === '[') {
      const after = afterClass(body, i)
      if (after < 0) return -1
      i = after - 1
    } else if (char === '(') depth += 1
    else if (char === ')') {
      depth -= 1
      if (depth === 0) return i + 1
    }
  }
  return -1
}

function afterClass(body: string, from: number): number {
  let i = from + 1
  if (body[i] === '^') i += 1
  if (body[i] === ']') i += 1
  for (; i < body.length; i += 1) {
    if (body[i] === '\\') i += 1
    else if (body[i] === '[' && body[i + 1] === ':') i = body.indexOf(':]', i) + 1
    else if (body[i] === ']') return i + 1
    if (i < from) return -1
  }
  return -1
}

function afterQuantifier(body: string, from: number): number {
  const found = /^(?:[*+?]|\{\d+(?:,\d*)?\})[?+]?/.exec(body.slice(from, from + 16))
  return from + (found?.[0].length ?? 0)
}
