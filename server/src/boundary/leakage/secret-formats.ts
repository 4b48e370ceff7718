/**
 * Formats of secrets: what must not leave, described so that a stream can be scanned piece by piece.
 *
 * A format is a public literal (the trigger) followed by bounded pieces. Because every piece is bounded and
 * the trigger says nothing about the secret itself, a stream needs to hold back only from a complete trigger
 * on: ordinary text is never delayed.
 *
 * Spec: docs/spec/leakage.md §1. Text is attacker-controlled: every repetition has a ceiling.
 */
import { BoundaryError } from '../error.ts'

/** Shortest canary accepted: anything shorter would cut innocent text. */
const CANARY_CHARS_MIN = 8
const CANARY_CHARS_MAX = 256
/** A canary's opening characters, which may pass before the guard holds back. */
const CANARY_TRIGGER_CHARS = 3

/** `personal_data` is no format: scanners that read for numbers of people report it. */
export type SecretType =
  | 'private_key'
  | 'cloud_key'
  | 'provider_token'
  | 'jwt'
  | 'sekisho_token'
  | 'canary'
  | 'personal_data'

/** `anyOf` is a character class body; `min`/`max` count characters. */
export type Piece =
  | { readonly literal: string }
  | {
      readonly anyOf: string
      readonly min: number
      readonly max: number
      /** An expression that may not begin inside the run. */
      readonly not?: string
    }

export interface SecretFormat {
  readonly name: string
  readonly type: SecretType
  /** Public literal the secret begins with. */
  readonly trigger: string
  readonly pieces: readonly Piece[]
}

const run = (anyOf: string, min: number, max = min): Piece => ({ anyOf, min, max })
const literal = (text: string): Piece => ({ literal: text })
const ALNUM = 'A-Za-z0-9'
const URL64 = 'A-Za-z0-9_-'
const BASE64 = 'A-Za-z0-9+/'
const HEX = '0-9a-f'
const format = (name: string, type: SecretType, trigger: string, ...pieces: Piece[]): SecretFormat => ({
  name,
  type,
  trigger,
  pieces,
})

/** Formats that are secret by their shape alone. Order is irrelevant: the earliest and longest match wins. */
export const SECRET_FORMATS: readonly SecretFormat[] = [
  format(
    'pem_private_key',
    'private_key',
    '-----BEGIN ',
    run('A-Z0-9 ', 0, 24),
    literal('PRIVATE KEY'),
    // A header inside the run is a trigger of its own: so of many headers in a row only the last stays open.
    { ...run('\\s\\S', 5, 256), not: '-----BEGIN [A-Z0-9 ]{0,24}PRIVATE KEY' },
    run(BASE64, 40),
  ),
  format('age_secret_key', 'private_key', 'AGE-SECRET-KEY-1', run('A-Z0-9', 58)),
  format('putty_private_key', 'private_key', 'PuTTY-User-Key-File-', run('23', 1), literal(':')),
  ...['AKIA', 'ASIA', 'ABIA', 'ACCA'].map((t) => format('aws_access_key', 'cloud_key', t, run('A-Z0-9', 16))),
  format('aws_secret_key', 'cloud_key', 'aws_secret_access_key', run(' "\':=', 1, 6), run(BASE64, 40)),
  format('aws_secret_key', 'cloud_key', 'AWS_SECRET_ACCESS_KEY', run(' "\':=', 1, 6), run(BASE64, 40)),
  ...['SecretAccessKey', 'secretAccessKey', 'AWS_SECRET_KEY'].map((t) =>
    format('aws_secret_key', 'cloud_key', t, run(' "\':=\\\\', 1, 8), run(BASE64, 40)),
  ),
  format('google_api_key', 'cloud_key', 'AIza', run(URL64, 35)),
  format('google_oauth_token', 'cloud_key', 'ya29.', run(URL64, 30)),
  format('azure_storage_key', 'cloud_key', 'AccountKey=', run(BASE64, 86), literal('==')),
  format('digitalocean_token', 'cloud_key', 'dop_v1_', run(HEX, 64)),
  format('openai_key', 'provider_token', 'sk-proj-', run(URL64, 32)),
  format('openai_key', 'provider_token', 'sk-svcacct-', run(URL64, 32)),
  format('openai_key', 'provider_token', 'sk-admin-', run(URL64, 32)),
  format('openai_key', 'provider_token', 'sk-', run(ALNUM, 40)),
  format('anthropic_key', 'provider_token', 'sk-ant-', run('a-z0-9', 3, 8), literal('-'), run(URL64, 40)),
  ...['ghp_', 'gho_', 'ghu_', 'ghs_', 'ghr_'].map((t) =>
    format('github_token', 'provider_token', t, run(ALNUM, 36)),
  ),
  format('github_token', 'provider_token', 'github_pat_', run('A-Za-z0-9_', 60)),
  ...['xapp-1-', 'xwfp-'].map((t) => format('slack_token', 'provider_token', t, run('A-Za-z0-9-', 30))),
  ...['glptt-', 'gldt-', 'glrt-', 'glft-'].map((t) =>
    format('gitlab_token', 'provider_token', t, run(URL64, 20)),
  ),
  format('atlassian_token', 'provider_token', 'ATATT3', run('A-Za-z0-9_=-', 60)),
  format('docker_token', 'provider_token', 'dckr_pat_', run(URL64, 27)),
  format('linear_key', 'provider_token', 'lin_api_', run(ALNUM, 40)),
  format('figma_token', 'provider_token', 'figd_', run(URL64, 40)),
  format('notion_token', 'provider_token', 'ntn_', run(ALNUM, 40)),
  format('postman_key', 'provider_token', 'PMAK-', run('A-Za-z0-9-', 50)),
  format('new_relic_key', 'provider_token', 'NRAK-', run('A-Z0-9', 27)),
  format('planetscale_token', 'provider_token', 'pscale_tkn_', run(URL64, 32)),
  format('groq_key', 'provider_token', 'gsk_', run(ALNUM, 50)),
  format('xai_key', 'provider_token', 'xai-', run(ALNUM, 70)),
  format('google_oauth_secret', 'provider_token', 'GOCSPX-', run(URL64, 28)),
  format('rubygems_key', 'provider_token', 'rubygems_', run(HEX, 48)),
  format('square_token', 'provider_token', 'sq0csp-', run(URL64, 40)),
  format('terraform_token', 'provider_token', '.atlasv1.', run(URL64, 60)),
  format('azure_client_secret', 'cloud_key', '8Q~', run('A-Za-z0-9_.~-', 31)),
  format('gitlab_token', 'provider_token', 'glpat-', run(URL64, 20)),
  ...['xoxb-', 'xoxp-', 'xoxa-', 'xoxr-', 'xoxs-', 'xoxe-'].map((t) =>
    format('slack_token', 'provider_token', t, run('A-Za-z0-9-', 30)),
  ),
  format('slack_webhook', 'provider_token', 'hooks.slack.com/services/T', run('A-Za-z0-9/', 36)),
  ...['sk_live_', 'rk_live_'].map((t) => format('stripe_key', 'provider_token', t, run(ALNUM, 24))),
  format('sendgrid_key', 'provider_token', 'SG.', run(URL64, 22), literal('.'), run(URL64, 43)),
  format('npm_token', 'provider_token', 'npm_', run(ALNUM, 36)),
  format('pypi_token', 'provider_token', 'pypi-AgEIcHlwaS5vcmc', run(URL64, 50)),
  format('huggingface_token', 'provider_token', 'hf_', run(ALNUM, 34)),
  format('shopify_token', 'provider_token', 'shpat_', run('0-9a-fA-F', 32)),
  format('vault_token', 'provider_token', 'hvs.', run(URL64, 60)),
  format('databricks_token', 'provider_token', 'dapi', run(HEX, 32)),
  format(
    'jwt',
    'jwt',
    'eyJ',
    run(URL64, 14, 2048),
    literal('.eyJ'),
    run(URL64, 8, 8192),
    literal('.'),
    run(URL64, 20),
  ),
  format('sekisho_token', 'sekisho_token', 'sekisho_', run('A-Za-z0-9_.-', 32)),
]

/**
 * Turns canary strings into formats.
 *
 * @throws {BoundaryError} `boundary_canary_short`, `boundary_canary_long`
 */
export function canaryFormats(canaries: readonly string[]): SecretFormat[] {
  return canaries.map((canary, index) => {
    if (canary.length < CANARY_CHARS_MIN) {
      throw new BoundaryError(
        'boundary_canary_short',
        `canary ${index} has ${canary.length} characters, use at least ${CANARY_CHARS_MIN}`,
      )
    }
    if (canary.length > CANARY_CHARS_MAX) {
      throw new BoundaryError(
        'boundary_canary_long',
        `canary ${index} has more than ${CANARY_CHARS_MAX} characters`,
      )
    }
    const rest = literal(canary.slice(CANARY_TRIGGER_CHARS))
    return format(`canary_${index}`, 'canary', canary.slice(0, CANARY_TRIGGER_CHARS), rest)
  })
}
