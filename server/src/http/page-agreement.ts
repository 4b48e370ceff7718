/** `/agreement`: the document, article by article, each rule beneath its prose. */
import type { Agreement, Article } from '../agreement/index.ts'
import { type Html, html } from './html.ts'
import type { Language } from './page.ts'

export function agreementBody(agreement: Agreement, language: Language): Html {
  const ja = language === 'ja'
  return html`<h1>${agreement.title[language]}</h1>
${agreement.illustration === null ? null : html`<p class="note">${agreement.illustration[language]}</p>`}
<p class="soft">${ja ? '版' : 'Version'} ${agreement.version} · SHA-256 <code>${agreement.digest}</code> · <a href="/agreement.md">${ja ? '原本' : 'the document itself'}</a></p>
${agreement.articles.map((article) => articleSection(article, language))}`
}

function articleSection(article: Article, language: Language): Html {
  const order: readonly Language[] = language === 'ja' ? ['ja', 'en'] : ['en', 'ja']
  return html`<section><h2>${article.id}. ${article.title[language]}</h2>
${order.map((l) => html`<div lang="${l}"${l === language ? null : html` class="soft"`}>${paragraphs(article.prose[l])}</div>`)}
${article.clauses.map((clause) => html`<h3>${clause.id}</h3><pre>${clause.policyText}</pre>`)}</section>`
}

function paragraphs(prose: string): Html[] {
  return prose.split(/\n\s*\n/).map((paragraph) => html`<p>${paragraph.trim()}</p>`)
}
