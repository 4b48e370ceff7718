import assert from 'node:assert/strict'
import { test } from 'node:test'
import { codexConfig } from './codex.ts'

test('the configuration names the gateway, the token command and the headers', () => {
  const config = codexConfig({
    gatewayUrl: 'http://127.0.0.1:8080',
    model: 'rehearsal/1',
    tokenCommand: ['sekisho', 'token', '--key', 'a "quoted" name.json'],
    headers: { 'x-sekisho-purpose': 'triage' },
  })
  assert.match(config, /^base_url = "http:\/\/127\.0\.0\.1:8080\/v1"$/m)
  assert.match(config, /^args = \["token", "--key", "a \\"quoted\\" name\.json"\]$/m)
  assert.match(config, /^http_headers = \{ "x-sekisho-purpose" = "triage" \}$/m)
})
