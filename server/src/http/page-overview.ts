/** `/`: what this is, how things stand, and how to check it without trusting us. */
import type { Ledger } from '../ledger/index.ts'
import type { Snapshot } from '../programme/index.ts'
import { type Html, html } from './html.ts'
import type { Language } from './page.ts'
import type { StopShown } from './stops-in-force.ts'
import { STOP_SCOPES, timeInWords, wordsOf } from './words.ts'

export interface OverviewSource {
  readonly snapshot: Snapshot
  readonly stops: readonly StopShown[]
  readonly ledger: Pick<Ledger, 'origin' | 'verifierKey' | 'size'>
  /** Address of the public ledger as the reader sees it. */
  readonly ledgerUrl: string
}

export function overviewBody(source: OverviewSource, language: Language): Html {
  const { snapshot, ledger } = source
  const { agreement } = snapshot
  const t = (en: string, ja: string): string => (language === 'ja' ? ja : en)
  return html`<h1>${agreement.title[language]}</h1>
${agreement.illustration === null ? null : html`<p class="note">${agreement.illustration[language]}</p>`}
<p>${t(
    'Sekisho stands between restricted frontier cyber models and the operators who may use them under this agreement. Every model request is read, decided under the agreement, recorded in a ledger that anyone can verify, and only then passed on.',
    '関所は、利用が制限されたサイバー用フロンティアモデルと、この利用取決めのもとで利用を認められた事業者との間に立ちます。すべての要求は読み取られ、利用取決めに照らして判定され、誰でも検証できる台帳に記録されてから、はじめて先へ通されます。',
  )}</p>
${snapshot.sample ? html`<p class="note">${t('Sample programme: its keys are public, so it serves this machine only.', '見本の構成です。鍵が公開されているため、この端末からのみ利用できます。')}</p>` : null}
<h2>${t('How things stand', '現在の状態')}</h2>
<table>
<tr><th>${t('Agreement', '利用取決め')}</th><td>${agreement.id}, ${t(`version ${agreement.version}`, `第${agreement.version}版`)}</td></tr>
<tr><th>${t('Programme as of entry', '登録内容の基準(台帳記録番号)')}</th><td>${snapshot.index}</td></tr>
<tr><th>${t('Stops in force', '発動中の利用停止')}</th><td>${source.stops.length === 0 ? t('none', 'なし') : stopList(source.stops, language)}</td></tr>
<tr><th>${t('Ledger entries', '台帳記録数')}</th><td>${ledger.size()}</td></tr>
</table>
<h2>${t('Sectors', '分野')}</h2>
<table>${[...agreement.sectors.values()].map(
    (sector) =>
      html`<tr><th>${sector[language]}</th><td>${agreement.stages.get(stageOf(snapshot, sector.id, sector.stage))?.name[language] ?? '–'}</td></tr>`,
  )}</table>
<h2>${t('Check it yourself', '自分で検証する')}</h2>
<p>${t('With public keys only, and without trusting this server:', '公開鍵だけで、このサーバーを信用せずに検証できます。')}</p>
<pre>sekisho-verify ledger ${source.ledgerUrl} --key '${ledger.verifierKey}'</pre>
<p>${t('Keep a copy of', '次を保存しておいてください:')} <a href="/ledger/checkpoint">/ledger/checkpoint</a>${t(
    ': if the ledger is ever shortened or forked, the copy shows it.',
    '。台帳が後から短縮・分岐された場合、その写しが証拠になります。',
  )}</p>`
}

/** A stage statement holds an id of the agreement's own stages; anything else shows as none. */
function stageOf(
  snapshot: Snapshot,
  sector: string,
  initial: Snapshot['agreement']['sectorList']['sectors'][number]['stage'],
) {
  const stage = snapshot.stages.get(sector)
  return [...snapshot.agreement.stages.keys()].find((id) => id === stage) ?? initial
}

/** One line a stop: number, what it covers, by whom, why, since when. */
function stopList(stops: readonly StopShown[], language: Language): Html {
  return html`<ul>${stops.map(
    (stop) =>
      html`<li>${stop.index}: ${wordsOf(STOP_SCOPES, stop.scope.kind, language)}${'id' in stop.scope ? html` <code>${stop.scope.id}</code>` : null} · <code>${stop.by}</code> · ${stop.reason}${stop.at_ms === null ? null : ` · ${timeInWords(stop.at_ms, language)}`}</li>`,
  )}</ul>`
}
