/**
 * The page: reads what a person chose, hands it to the library, shows what it found. Nothing leaves the browser but requests
 * for the ledger's own files.
 *
 * HOSTILE: files and what they say. Text is put in as text, never as markup.
 */
import {
  fsck,
  openPack,
  parsePolicy,
  parseVerifierKey,
  urlReader,
  VerifyError,
  verifyCheckpoint,
  verifyLedger,
  verifyPack,
  verifyReceipt,
  verifyWitnessed,
  verifyWitnessedReceipt,
} from 'sekisho-verify'

const element = (id) => document.getElementById(id)
const status = element('status')
const list = element('findings')

element('receipt-form').addEventListener('submit', (event) => run(event, checkReceipt))
element('pack-form').addEventListener('submit', (event) => run(event, checkPack))
element('ledger-form').addEventListener('submit', (event) => run(event, checkLedger))
document.documentElement.dataset.ready = 'true'

async function run(event, check) {
  event.preventDefault()
  show('working', '検証しています… / verifying…', {})
  try {
    const findings = await check()
    show('good', '検証に成功しました / good', findings)
  } catch (error) {
    if (error instanceof VerifyError) {
      const { code, message, place, expected, got } = error
      show('failed', `検証に失敗しました / failed: ${code}`, { message, place, expected, got })
    } else {
      show('unusable', '検証できません / could not be checked', { message: String(error?.message ?? error) })
    }
  }
}

/** A verifier key, or a policy with its log's key. */
function trust() {
  const text = element('trust').value
  if (!/^\s*((log|witness|group|quorum)[ \t]|#)/m.test(text))
    return { key: parseVerifierKey(text.trim()), policy: null }
  const policy = parsePolicy(new TextEncoder().encode(text))
  const [log, ...more] = policy.logs
  if (log === undefined || more.length > 0 || 'algorithm' in log.key)
    throw new Error('the policy must list exactly one log, with an Ed25519 key')
  return { key: log.key, policy }
}

async function checkReceipt() {
  const bytes = await chosen('receipt')
  const { key, policy } = trust()
  const receipt =
    policy === null ? await verifyReceipt(bytes, key) : await verifyWitnessedReceipt(bytes, policy)
  return {
    origin: receipt.checkpoint.origin,
    size: receipt.checkpoint.size,
    entry: receipt.index,
    witnesses: policy === null ? 'not checked: no policy was given' : wordsOf(receipt.words),
    shown: receipt.disclosed,
    kept_back: receipt.withheld.join(', ') || 'nothing',
  }
}

async function checkPack() {
  const { key } = trust()
  const pack = await verifyPack(openPack(await chosen('pack')), key)
  const { span, fields } = pack.manifest
  return {
    origin: pack.checkpoint.origin,
    size: pack.checkpoint.size,
    span: `${span.from} – ${span.to - 1}`,
    entries: pack.counts,
    shown: fields.shown,
    kept_back: fields.withheld,
    order: pack.manifest.order,
  }
}

async function checkLedger() {
  const { key, policy } = trust()
  const reader = ledgerReader()
  const onProgress = (entries, size) => {
    status.textContent = `検証しています… / verifying… ${entries} / ${size}`
  }
  const words = policy === null ? null : await quorumOf(reader, policy)
  const found = await fsck(reader, { verify: (note) => verifyCheckpoint(note, key), onProgress })
  if (found.defects.length > 0) throw found.defects[0]
  const report = await verifyLedger(reader, { key, programme: true, onProgress })
  return {
    origin: report.checkpoint.origin,
    size: report.checkpoint.size,
    tiles: report.tiles,
    files: found.files ?? 'not listed: this source cannot be listed',
    statements: report.statements,
    newest_statement: report.statementsHead ?? 'none',
    witnesses: words === null ? 'not checked: no policy was given' : wordsOf(words),
  }
}

async function quorumOf(reader, policy) {
  const note = (await reader.read('witnessed-checkpoint')) ?? (await reader.read('checkpoint'))
  if (note === null) throw new VerifyError('checkpoint_missing', 'there is no checkpoint')
  return (await verifyWitnessed(note, policy)).words
}

function wordsOf(words) {
  return words
    .map(({ witness, state }) => `${witness}: ${state === 'unchecked' ? 'not checked' : state}`)
    .join(', ')
}

function ledgerReader() {
  const address = element('ledger-url').value.trim()
  if (address !== '') return urlReader(new URL(address, location.href).href)
  const files = new Map()
  // The first part of each path is the name of the chosen directory.
  for (const file of element('ledger').files) files.set(file.webkitRelativePath.replace(/^[^/]*\//, ''), file)
  if (files.size === 0) throw new Error('choose a directory, or give an address')
  return {
    read: async (path) => (files.has(path) ? new Uint8Array(await files.get(path).arrayBuffer()) : null),
    list: async (path) => {
      const prefix = path === '.' ? '' : `${path}/`
      const inside = [...files.keys()].filter((name) => name.startsWith(prefix))
      return [...new Set(inside.map((name) => name.slice(prefix.length).replace(/\/.*/s, '/')))]
    },
  }
}

async function chosen(id) {
  const [file] = element(id).files
  if (file === undefined) throw new Error('choose a file')
  return new Uint8Array(await file.arrayBuffer())
}

function show(state, text, findings) {
  status.dataset.state = state
  status.textContent = text
  list.replaceChildren()
  for (const [name, value] of Object.entries(findings)) {
    if (value === undefined) continue
    const [term, detail] = [document.createElement('dt'), document.createElement('dd')]
    term.textContent = name
    detail.textContent = plain(typeof value === 'object' ? JSON.stringify(value, null, 1) : String(value))
    list.append(term, detail)
  }
}

/** Control, format and bidirectional characters are written out, so that they cannot change what is read. */
function plain(text) {
  return text.replace(/[^\P{C}\n]/gu, (character) => `\\u{${character.codePointAt(0).toString(16)}}`)
}
