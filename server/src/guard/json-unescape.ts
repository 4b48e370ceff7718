/**
 * Resolves JSON string escapes in a text that arrives in pieces.
 *
 * Not a JSON parser: outside strings nothing changes, because a backslash stands nowhere else. An escape cut in
 * two waits for its other half.
 */

export interface JsonUnescaper {
  push(piece: string): string
  /** Whether an escape is still incomplete. */
  pending(): boolean
}

const SHORT: Readonly<Record<string, string>> = { n: '\n', r: '\r', t: '\t', b: '\b', f: '\f' }
const ESCAPE = /\\(?:u([0-9a-fA-F]{4})|([^u]))/gs
const INCOMPLETE = /\\(?:u[0-9a-fA-F]{0,3})?$/

export function createJsonUnescaper(): JsonUnescaper {
  let rest = ''
  return {
    pending: () => rest !== '',
    push(piece) {
      if (rest === '' && !piece.includes('\\')) return piece
      const text = rest + piece
      const cut = incompleteFrom(text)
      rest = text.slice(cut)
      return text.slice(0, cut).replace(ESCAPE, resolve)
    },
  }
}

function resolve(_all: string, hex: string | undefined, short: string | undefined): string {
  if (hex !== undefined) return String.fromCharCode(Number.parseInt(hex, 16))
  return SHORT[short ?? ''] ?? short ?? ''
}

/** Where an incomplete escape begins; the text's length when none. An even run of backslashes is complete. */
function incompleteFrom(text: string): number {
  const hit = INCOMPLETE.exec(text)
  if (hit === null) return text.length
  let run = 0
  while (text[hit.index - 1 - run] === '\\') run++
  if (run % 2 === 0) return hit.index
  // `\\` then `u12`: the backslash found is the second half of a pair.
  return text.length
}
