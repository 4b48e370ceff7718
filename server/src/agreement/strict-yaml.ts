/**
 * YAML read strictly: every key named by the reader, every value of the kind it asks for, every defect with its line.
 *
 * HOSTILE input: aliases, anchors and tags are refused (an alias bomb never expands), and size and depth are bounded.
 * The key `assumption` may stand in any mapping: it marks what is ours and is collected, never interpreted.
 * Spec: docs/spec/agreement.md §2.
 */
import { type Document, isAlias, isMap, LineCounter, parseDocument, visit, type YAMLMap } from 'yaml'
import type { Assumption } from './agreement.ts'
import { AgreementError } from './error.ts'
import { YamlMapping, type YamlSource } from './yaml-mapping.ts'

/** LIMIT: characters of one YAML text. */
const YAML_CHARS_MAX = 128 * 1024
/** LIMIT: brackets open at once, checked before parsing because the parser recurses. */
const YAML_FLOW_DEPTH_MAX = 8
/** LIMIT: columns of indentation, the other way to nest. */
const YAML_INDENT_MAX = 40
/**
 * Parses `text` and hands its top mapping to `read`; keys that `read` did not ask for are refused.
 *
 * @param firstLine 1-based line of the file on which `text` begins
 * @throws {AgreementError} `agreement_too_large`, `agreement_yaml_*`, `agreement_key_*`, `agreement_value_invalid`, …
 */
export function readYaml<T>(
  text: string,
  file: string,
  firstLine: number,
  read: (top: YamlMapping) => T,
): { readonly value: T; readonly assumptions: readonly Assumption[] } {
  if (text.length > YAML_CHARS_MAX) {
    throw new AgreementError(
      'agreement_too_large',
      file,
      firstLine,
      `YAML of ${text.length} characters, limit is ${YAML_CHARS_MAX}`,
    )
  }
  checkDepth(text, file, firstLine)
  const counter = new LineCounter()
  const source: YamlSource = {
    file,
    lineOf: (offset) => counter.linePos(offset).line + firstLine - 1,
    assumptions: [],
  }
  const document = parse(text, counter, source)
  refuseIndirection(document, source)
  const top = document.contents
  if (!isMap(top)) throw new AgreementError('agreement_value_invalid', file, firstLine, 'expected a mapping')
  const mapping = new YamlMapping(top as YAMLMap, '', source)
  const value = read(mapping)
  mapping.end()
  return { value, assumptions: source.assumptions }
}

function checkDepth(text: string, file: string, firstLine: number): void {
  let depth = 0
  let line = firstLine
  let column = 0
  let blank = true
  for (const char of text) {
    if (char === '\n') {
      line++
      column = 0
      blank = true
      continue
    }
    if (blank && (char === ' ' || char === '-' || char === '?' || char === ':')) column++
    else blank = false
    if (char === '[' || char === '{') depth++
    else if ((char === ']' || char === '}') && depth > 0) depth--
    if (depth > YAML_FLOW_DEPTH_MAX || column > YAML_INDENT_MAX) {
      throw new AgreementError('agreement_yaml_too_deep', file, line, 'nested too deep')
    }
  }
}

function parse(text: string, lineCounter: LineCounter, source: YamlSource): Document.Parsed {
  const document = parseDocument(text, {
    version: '1.2',
    schema: 'core',
    uniqueKeys: true,
    stringKeys: true,
    merge: false,
    prettyErrors: false,
    // At 'silent' the parser drops a second document without a word.
    logLevel: 'error',
    lineCounter,
  })
  const problem = document.errors[0] ?? document.warnings[0]
  if (problem !== undefined) {
    throw new AgreementError(
      'agreement_yaml_invalid',
      source.file,
      source.lineOf(problem.pos[0]),
      `not valid YAML: ${problem.message.toLowerCase()}`,
    )
  }
  return document
}

function refuseIndirection(document: Document.Parsed, source: YamlSource): void {
  visit(document, {
    Node(_key, node) {
      const indirect = isAlias(node) || node.anchor !== undefined || node.tag !== undefined
      if (!indirect) return
      const line = source.lineOf(node.range?.[0] ?? 0)
      throw new AgreementError(
        'agreement_yaml_alias',
        source.file,
        line,
        'aliases, anchors and tags are not read; write the value out',
      )
    },
  })
}
