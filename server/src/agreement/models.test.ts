/** The catalogue that ships. */
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { loadModels, modelState } from './index.ts'

const catalogue = loadModels(
  readFileSync(new URL('../../models.yaml', import.meta.url), 'utf8'),
  'models.yaml',
)

test('the rehearsal model speaks all three dialects and says that it is no AI', () => {
  const model = catalogue.find('rehearsal/1')
  assert.deepEqual(
    [model?.display, model?.tier, model?.upstream, model?.dialects],
    ['rehearsal/1 (no AI)', 'rehearsal', 'rehearsal', ['responses', 'chat', 'messages']],
  )
})

test('the access programme follows the model, not the tier', () => {
  const program = (id: string) => catalogue.find(id)?.accessProgram
  assert.deepEqual(
    ['gpt-6-sol', 'gpt-6.1-sol', 'gpt-6-astra', 'gpt-5.6-cyber', 'gpt-6-cyber', 'gpt-5.6-sol'].map(program),
    ['daybreak_blue', 'daybreak_blue', 'daybreak_blue', 'daybreak_red', 'daybreak_red', 'standard'],
  )
})

test('every OpenAI model says what to send, and every restricted one speaks Responses only', () => {
  for (const model of catalogue.models) {
    assert.equal(model.accessProgram === null, model.upstream !== 'openai', model.id)
    if (model.upstream === 'openai' && model.tier !== 'standard')
      assert.deepEqual(model.dialects, ['responses'])
  }
})

test('a model retires at the start of its day, UTC', () => {
  const model = catalogue.find('gpt-5.5-cyber-preview')
  const day = Date.UTC(2027, 1, 1)
  assert.deepEqual([modelState(model, day - 1), modelState(model, day)], ['available', 'retired'])
})

test('an unknown and an unlisted model are both unlisted', () => {
  assert.equal(catalogue.find('gpt-none'), null)
  assert.equal(modelState(null, 0), 'unlisted')
  assert.equal(modelState(catalogue.find('claude-mythos'), 0), 'unlisted')
})
