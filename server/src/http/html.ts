/**
 * HTML by template, with every interpolation escaped.
 *
 * HOSTILE: whatever is interpolated. Only the result of another template passes through as it is.
 */
export class Html {
  readonly text: string
  constructor(text: string) {
    this.text = text
  }
}

type Part = Html | string | number | null | false | readonly Part[]

export function html(strings: TemplateStringsArray, ...parts: readonly Part[]): Html {
  let text = strings[0] ?? ''
  parts.forEach((part, i) => {
    text += render(part) + (strings[i + 1] ?? '')
  })
  return new Html(text)
}

function render(part: Part): string {
  if (part === null || part === false) return ''
  if (part instanceof Html) return part.text
  if (typeof part === 'string' || typeof part === 'number') return escapeHtml(String(part))
  return part.map(render).join('')
}

const ESCAPES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
}

/** Control characters but line breaks and tabs, and those that turn the direction of text. */
const UNSEEN = /(?![\t\n\r])\p{Cc}|[\u200e\u200f\u202a-\u202e\u2066-\u2069]/gu

/** Safe as text and inside a quoted attribute. Characters that would not be seen become `�`. */
export function escapeHtml(value: string): string {
  return value.replace(UNSEEN, '\ufffd').replace(/[&<>"']/g, (character) => ESCAPES[character] ?? '')
}
