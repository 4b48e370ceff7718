/** The frame of every page: language, navigation, and headers that leave a hostile text nothing to work with. */
import type { IncomingMessage } from 'node:http'
import type { Answer } from './answer.ts'
import { type Html, html } from './html.ts'

export type Language = 'en' | 'ja'

/** Nothing is loaded but our own style sheet; nothing runs, nothing is sent, nobody frames it. */
export const PAGE_HEADERS: Readonly<Record<string, string>> = {
  'content-security-policy':
    "default-src 'none'; style-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
  // The address of a decision is what lets one see it: it is not to be handed on by a link.
  'referrer-policy': 'no-referrer',
  'x-frame-options': 'DENY',
  'x-robots-tag': 'noindex',
  'cross-origin-opener-policy': 'same-origin',
}

const STYLE = `
:root { color-scheme: light dark; --ink: #1c1b19; --paper: #fbfaf7; --line: #d9d5cb; --soft: #6b675e; --allow: #1d6b3f; --hold: #8a5a00; --deny: #a02020 }
@media (prefers-color-scheme: dark) { :root { --ink: #e9e6df; --paper: #191816; --line: #3a3833; --soft: #a39e93; --allow: #7fd0a1; --hold: #e3b04b; --deny: #ff8f87 } }
* { box-sizing: border-box }
body { margin: 0 auto; padding: 1.5rem 1rem 4rem; max-width: 52rem; color: var(--ink); background: var(--paper); font: 16px/1.7 system-ui, "Hiragino Sans", "Noto Sans JP", sans-serif; overflow-wrap: anywhere }
header { display: flex; flex-wrap: wrap; gap: .25rem 1.25rem; align-items: baseline; border-bottom: 1px solid var(--line); padding-bottom: .5rem }
header strong { font-size: 1.15rem }
a { color: inherit }
h1 { font-size: 1.5rem; line-height: 1.35 } h2 { font-size: 1.15rem; margin-top: 2rem }
table { border-collapse: collapse; width: 100% } th, td { text-align: left; vertical-align: top; padding: .3rem .75rem .3rem 0; border-bottom: 1px solid var(--line) }
th { font-weight: 600; width: 14rem }
pre { overflow-x: auto; padding: .75rem; border: 1px solid var(--line); white-space: pre-wrap } code { font-size: .92em }
.soft { color: var(--soft) } .allow { color: var(--allow) } .hold { color: var(--hold) } .deny { color: var(--deny) }
.note { border-left: 3px solid var(--line); padding-left: .75rem }
`

export function stylesheet(): Answer {
  return {
    status: 200,
    headers: { 'content-type': 'text/css; charset=utf-8', 'cache-control': 'public, max-age=3600' },
    body: Buffer.from(STYLE),
  }
}

export interface PageOptions {
  readonly language: Language
  readonly title: string
  /** Path of this page, for the link to the other language. */
  readonly path: string
  readonly status?: number
}

export function page(options: PageOptions, body: Html): Answer {
  const ja = options.language === 'ja'
  const document = html`<!doctype html>
<html lang="${options.language}">
<head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>${options.title} · Sekisho</title><link rel="stylesheet" href="/style.css"></head>
<body>
<header><strong lang="ja">関所 <span lang="en">Sekisho</span></strong>
<a href="/?lang=${options.language}">${ja ? '概要' : 'Overview'}</a>
<a href="/agreement?lang=${options.language}">${ja ? '利用取決め' : 'Agreement'}</a>
<a href="/ledger/checkpoint">${ja ? '台帳' : 'Ledger'}</a>
<a href="${options.path}?lang=${ja ? 'en' : 'ja'}" lang="${ja ? 'en' : 'ja'}">${ja ? 'English' : '日本語'}</a></header>
<main>
${body}
</main>
</body>
</html>
`
  return {
    status: options.status ?? 200,
    headers: {
      'content-type': 'text/html; charset=utf-8',
      'cache-control': 'no-store',
      vary: 'accept-language',
      ...PAGE_HEADERS,
    },
    body: Buffer.from(document.text),
  }
}

/** `?lang=` goes first, then what the browser asks for; English when it asks for neither. */
export function languageOf(request: IncomingMessage, query: URLSearchParams): Language {
  const asked = query.get('lang')
  if (asked === 'ja' || asked === 'en') return asked
  const first = /\b(ja|en)\b/i.exec(request.headers['accept-language'] ?? '')
  return first?.[1]?.toLowerCase() === 'ja' ? 'ja' : 'en'
}
