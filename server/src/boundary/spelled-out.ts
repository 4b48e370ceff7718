/**
 * Targets whose dots are set apart or spelled out: `203 . 0 . 113 . 77`, `example dot com`.
 *
 * In harmless prose such runs mean nothing, so they count only where a reading is offensive, prohibited or uncertain.
 * Spec: docs/spec/boundary.md §5. HOSTILE: every repetition has a ceiling.
 */
import type { NormalText } from './normal.ts'
import { type FoundTarget, findTargets, unresolvedTarget } from './targets.ts'

const DOT = String.raw`(?:\s{0,3}(?:[[({]\s?)?(?:\.|\bdot\b|ドット|点)(?:\s?[\])}])?\s{0,3})`
const WORD_DOT = String.raw`(?:\s{0,3}[[({]?\s?(?:\bdot\b|ドット)\s?[\])}]?\s{0,3}|\s{1,3}\.\s{1,3}|[[({]\.[\])}])`
const ADDRESS = String.raw`(?<![\d.])\d{1,3}(?:${DOT}\d{1,3}){3}(?!\d)`
const NAME = String.raw`(?<![\w-])[a-z0-9-]{1,63}(?:${WORD_DOT}[a-z0-9-]{1,63}){1,4}(?![\w-])`
const SPELLED = new RegExp(`${ADDRESS}|${NAME}`, 'gi')
/** Where no name can be spelled out: trying one at every word costs as much as the rest of a reading. */
const SPELLED_ADDRESS = new RegExp(ADDRESS, 'gi')
const DOTS = new RegExp(DOT, 'gi')
/** Without one of these nothing is spelled out. */
const MAY = /\bdot\b|ドット|点|\s\.|\d\.\s|[[({]\./i
/** Without one of these no name is: the marks of WORD_DOT. */
const NAME_MAY = /\bdot\b|ドット|\s\.\s|[[({]\./i
const FOUND_MAX = 256

/** Everything `text`, whose normal form is given, spells out. */
export function findSpelledOut(normal: NormalText, text: string): FoundTarget[] {
  if (!MAY.test(normal.text)) return []
  const found: FoundTarget[] = []
  const spelled = NAME_MAY.test(normal.text) ? SPELLED : SPELLED_ADDRESS
  for (const hit of normal.text.matchAll(spelled)) {
    if (found.length >= FOUND_MAX) return [...found, unresolvedTarget(hit[0])]
    const joined = hit[0].replace(DOTS, '.')
    const start = normal.at(hit.index)
    const end = normal.at(hit.index + hit[0].length)
    for (const { kind, value, homograph } of findTargets(joined))
      found.push({ kind, value, raw: text.slice(start, end), start, end, homograph })
  }
  return found
}
