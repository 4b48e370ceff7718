/**
 * Reads a tool call by its structure: the programs it runs, what they act on, and what that does.
 *
 * Prose says nothing about a call; its command line does. JSON inside JSON inside shell is opened eight deep. What
 * cannot be known before it runs (substitutions, decoded scripts, programs named by variables) is `unparsable`, and
 * out of every scope. Spec: docs/spec/boundary.md §10. HOSTILE: bounded in depth, commands and characters.
 */
import { type FoundTarget, findTargets } from './targets.ts'
import { type Effect, type Program, programOf } from './tool-table.ts'

/** Nesting of JSON and shells, commands of one call, and characters read. */
const DEPTH_MAX = 8
const COMMANDS_MAX = 64
const CHARS_MAX = 65_536

export interface CalledProgram {
  /** Name without folder and ending, in lower case; '' when it is not known before it runs. */
  readonly binary: string
  readonly effect: Effect
  readonly targets: readonly FoundTarget[]
  readonly program: Program | null
}

export interface ToolCall {
  /** Name of the tool, '' when the text holds none. */
  readonly name: string
  readonly programs: readonly CalledProgram[]
  /** Strings that are no command line, such as a task in words. */
  readonly words: readonly string[]
  /** False when some command cannot be known before it runs: out of every scope. */
  readonly parsable: boolean
}

/** Members that hold a command line. */
const COMMAND_KEYS =
  /^(?:command|cmd|script|shell|bash|powershell|exec|run|commandline|command_line|args|argv)$/i
/** Programs that run what follows them. */
const PREFIXES =
  /^(?:sudo|doas|env|nohup|time|timeout|nice|xargs|stdbuf|setsid|watch|exec|command|start|winpty|\d+[smh]?|-[\w-]+|\w+=\S*)$/i
const SHELLS = /^(?:sh|bash|zsh|dash|ksh|cmd|powershell|pwsh)$/i
const SHELL_FLAG = /^(?:-\w*c|\/c|-command|-enc\w*|-e|-ec)$/i
/** What is decided only when it runs. */
const DYNAMIC = /\$\(|`|\$\{?\w|\beval\b|\biex\b|\bfrom\s*base64string\b|<\(/i
const PIPED_TO_SHELL = /\|\s*(?:sudo\s+)?(?:sh|bash|zsh|python3?|perl|iex|pwsh|powershell)\b/i

/** The call in `text`: JSON of a tool call, or a line of shell. Null when it is neither. */
export function readToolCall(text: string): ToolCall | null {
  const value = jsonOf(text)
  if (value === undefined || typeof value !== 'object' || value === null) return null
  const found: CalledProgram[] = []
  const state: State = { parsable: true, words: [] }
  walk(value, 0, found, state)
  const name = nameOf(value)
  if (name === '' && found.length === 0 && state.parsable) return null
  return { name, programs: found, words: state.words, parsable: state.parsable }
}

function jsonOf(text: string): unknown {
  const trimmed = text.trim()
  if (!/^[[{]/.test(trimmed) || trimmed.length > CHARS_MAX) return undefined
  try {
    return JSON.parse(trimmed)
  } catch {
    return undefined
  }
}

function nameOf(value: object): string {
  for (const key of ['name', 'tool', 'tool_name', 'function', 'action', 'recipient_name']) {
    const member = (value as Record<string, unknown>)[key]
    if (typeof member === 'string') return member.slice(0, 200)
    if (typeof member === 'object' && member !== null) return nameOf(member)
  }
  return ''
}

interface State {
  parsable: boolean
  words: string[]
}

function walk(value: unknown, depth: number, found: CalledProgram[], state: State, key = ''): void {
  if (depth > DEPTH_MAX) {
    state.parsable = false
    return
  }
  if (Array.isArray(value)) {
    const words = value.filter((each) => typeof each === 'string')
    if (COMMAND_KEYS.test(key) && words.length === value.length) addWords(words, depth, found, state)
    else for (const each of value) walk(each, depth + 1, found, state, key)
    return
  }
  if (typeof value === 'object' && value !== null) {
    for (const [member, each] of Object.entries(value)) walk(each, depth + 1, found, state, member)
    return
  }
  if (typeof value !== 'string') return
  const inner = jsonOf(value)
  if (inner !== undefined) walk(inner, depth + 1, found, state, key)
  else if (COMMAND_KEYS.test(key)) addLine(value, depth, found, state)
  else if (value.length > 2) state.words.push(value)
}

/** A line of shell: its commands, one by one. */
function addLine(line: string, depth: number, found: CalledProgram[], state: State): void {
  if (DYNAMIC.test(line) || PIPED_TO_SHELL.test(line)) state.parsable = false
  const commands = commandsOf(line)
  if (commands === null) {
    state.parsable = false
    return
  }
  for (const words of commands) addWords(words, depth, found, state)
}

function addWords(words: readonly string[], depth: number, found: CalledProgram[], state: State): void {
  let at = 0
  while (at < words.length - 1 && PREFIXES.test(words[at] ?? '')) at++
  const raw = words[at] ?? ''
  if (raw === '') return
  if (found.length >= COMMANDS_MAX || depth > DEPTH_MAX) {
    state.parsable = false
    return
  }
  const binary = raw.startsWith('$') ? '' : baseName(raw)
  if (SHELLS.test(binary)) {
    const flag = words.findIndex((word, index) => index > at && SHELL_FLAG.test(word))
    const script = flag === -1 ? undefined : words[flag + 1]
    if (script !== undefined) {
      addLine(script, depth + 1, found, state)
      return
    }
  }
  if (binary === '') state.parsable = false
  const command = words.slice(at).join(' ')
  const program = programOf(binary, command)
  found.push({
    binary,
    effect: program?.effect ?? 'unknown',
    targets: findTargets(words.slice(at + 1).join(' ')),
    program,
  })
}

function baseName(word: string): string {
  return (word.split(/[/\\]/).at(-1) ?? '').toLowerCase().replace(/\.(?:exe|py|sh|bat|cmd|ps1|rb)$/, '')
}

/** Words of each command of a line; null when a quote stays open. */
function commandsOf(line: string): string[][] | null {
  const commands: string[][] = []
  let words: string[] = []
  let word = ''
  let open = ''
  let begun = false
  const endWord = (): void => {
    if (begun) words.push(word)
    word = ''
    begun = false
  }
  const endCommand = (): void => {
    endWord()
    if (words.length > 0) commands.push(words)
    words = []
  }
  for (let i = 0; i < line.length; i++) {
    const char = line[i] ?? ''
    if (open !== '') {
      if (char === open) open = ''
      else if (char === '\\' && open === '"') word += line[++i] ?? ''
      else word += char
    } else if (char === '"' || char === "'") {
      open = char
      begun = true
    } else if (char === '\\' && /[\s"'\\$`;|&]/.test(line[i + 1] ?? '')) {
      word += line[++i] ?? ''
      begun = true
    } else if (/[;|&\n]/.test(char)) endCommand()
    else if (/\s/.test(char)) endWord()
    else {
      word += char
      begun = true
    }
  }
  endCommand()
  return open === '' ? commands : null
}
