/**
 * The console and public listener: pages for people, and the ledger for anyone.
 *
 * Rendered here, without scripts. It changes nothing: whoever can reach it can only read.
 */
import type { IncomingMessage, Server } from 'node:http'
import type { Agreement, Facts } from '../agreement/index.ts'
import type { Programme } from '../authority/index.ts'
import type { Decision } from '../authorization/index.ts'
import type { Logger } from '../base/index.ts'
import type { HostCheck } from '../config/index.ts'
import type { Ledger } from '../ledger/index.ts'
import { type Answer, text } from './answer.ts'
import { DISCLOSED, readDecision } from './decision-view.ts'
import { HttpError } from './error.ts'
import { html } from './html.ts'
import { readLedgerFile } from './ledger-files.ts'
import { createListener } from './listener.ts'
import { languageOf, page, stylesheet } from './page.ts'
import { agreementBody } from './page-agreement.ts'
import { decisionBody, decisionTitle } from './page-decision.ts'
import { overviewBody } from './page-overview.ts'
import { problemOf } from './problem.ts'
import type { Call, OpenRoute, Route } from './route.ts'
import { stopsInForce } from './stops-in-force.ts'

/** What the pages show. */
export interface ConsoleDeps {
  readonly programme: Programme
  readonly ledger: Ledger
  readonly agreement: () => Agreement
  readonly decide: (facts: Facts) => Decision
  /** Address as people see it, without a trailing slash. */
  readonly url: () => string
  readonly hostCheck: () => HostCheck
  readonly logger: Logger
}

/** The listener of pages and of the public ledger, not yet bound to an address. */
export function createConsoleListener(deps: ConsoleDeps): Server {
  return createListener({
    routes: consoleRoutes(deps),
    hostCheck: deps.hostCheck,
    logger: deps.logger,
    errorAnswer,
  })
}

export function consoleRoutes(deps: ConsoleDeps): Route[] {
  const get = (path: string, handle: OpenRoute['handle']): Route => ({
    method: 'GET',
    path,
    proof: 'nothing',
    handle,
  })
  return [
    get('/', (call) => overview(call, deps)),
    get('/agreement', (call) => agreementPage(call, deps)),
    get('/agreement.md', () => text(200, deps.agreement().documentText)),
    get('/decisions/:id', (call) => decisionPage(call, deps)),
    get('/decisions/:id/receipt', (call) => receipt(call, deps)),
    get('/ledger/*', ({ params }) => readLedgerFile(deps.ledger.publicDir, params.rest ?? '')),
    get('/style.css', stylesheet),
    get('/robots.txt', () => text(200, 'User-agent: *\nDisallow: /\n')),
  ]
}

async function overview({ request, query, path }: Call, deps: ConsoleDeps): Promise<Answer> {
  const language = languageOf(request, query)
  const snapshot = deps.programme.snapshot()
  const source = {
    snapshot,
    stops: await stopsInForce(snapshot, deps.ledger),
    ledger: deps.ledger,
    ledgerUrl: `${deps.url()}/ledger/`,
  }
  return page(
    { language, path, title: language === 'ja' ? '概要' : 'Overview' },
    overviewBody(source, language),
  )
}

function agreementPage({ request, query, path }: Call, deps: ConsoleDeps): Answer {
  const language = languageOf(request, query)
  return page(
    { language, path, title: language === 'ja' ? '利用取決め' : 'Agreement' },
    agreementBody(deps.agreement(), language),
  )
}

async function decisionPage({ request, query, path, params }: Call, deps: ConsoleDeps): Promise<Answer> {
  const language = languageOf(request, query)
  const view = await readDecision(params.id ?? '', deps)
  return page({ language, path, title: decisionTitle(view, language) }, decisionBody(view, language))
}

/** The receipt discloses what the page shows, and commits to the rest. */
async function receipt({ params }: Call, deps: ConsoleDeps): Promise<Answer> {
  const view = await readDecision(params.id ?? '', deps)
  const proof = await deps.ledger.receipt(view.intent, DISCLOSED).catch((cause: unknown) => {
    throw new HttpError(
      'http_receipt_unavailable',
      'no checkpoint covers this entry yet: try again shortly',
      { cause },
    )
  })
  return text(200, proof, { 'content-disposition': `attachment; filename="${view.receipt}.tlog-proof"` })
}

function errorAnswer(error: unknown, request: IncomingMessage): Answer {
  const { problem } = problemOf(error)
  const language = languageOf(request, new URLSearchParams())
  const title = language === 'ja' ? '表示できません' : 'Cannot be shown'
  const body = html`<h1>${title}</h1><p>${problem.detail}</p><p class="soft">${problem.code}</p>`
  const answer = page({ language, title, path: '/', status: problem.status }, body)
  return problem.status === 503 ? { ...answer, headers: { ...answer.headers, 'retry-after': '2' } } : answer
}
