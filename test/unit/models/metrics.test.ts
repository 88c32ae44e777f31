import { expect, test } from 'vitest'
import { withMetrics } from '#models/metrics.ts'
import { Fault } from '#runtime/core/faults.ts'
import { createMetrics } from '#runtime/telemetry/telemetry.ts'
import { ask, completion, scriptedModel } from '#test/support/doubles/scripted-model.ts'

const neverAborted = new AbortController().signal

test('each attempt is counted with its tokens, and its cost only where a price is known', async () => {
  const metrics = createMetrics()
  const failing = scriptedModel(completion('yes', 1_000, 100), { refused: 'no' }, new Fault('FLY_MODEL', 'busy'))
  const priced = withMetrics(failing, 'judge', { input: 2, output: 10 }, metrics)
  for (let call = 0; call < 3; call++) await priced.complete(ask('a secret'), neverAborted).catch(() => {})
  await withMetrics(scriptedModel(completion('yes')), 'curator', undefined, metrics).complete(
    ask('a secret'),
    neverAborted,
  )
  const text = await metrics.text()
  for (const outcome of ['answered', 'refused', 'failed'])
    expect(text).toContain(`flywheel_model_calls_total{service="judge",model="m",outcome="${outcome}"} 1`)
  expect(text).toContain('flywheel_model_tokens_total{service="judge",model="m",kind="input"} 1000')
  expect(text).toContain('flywheel_model_dollars_total{service="judge",model="m"} 0.003')
  expect(text).not.toContain('flywheel_model_dollars_total{service="curator"')
  expect(text).not.toContain('secret')
})
