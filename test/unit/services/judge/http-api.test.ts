import { expect, onTestFinished, test } from 'vitest'
import { readSettings } from '#runtime/config/config.ts'
import { createHttpServer } from '#runtime/http/server.ts'
import { State } from '#runtime/state/state.ts'
import { createLogger, createMetrics } from '#runtime/telemetry/telemetry.ts'
import { httpApi } from '#services/judge/http-api.ts'
import { call } from '#test/support/data/turns.ts'
import { gold, sample, scores } from './events.ts'

const open = (state: State) => {
  const app = createHttpServer(readSettings({}), createLogger({ logLevel: 'silent' }), createMetrics(), () => ({}))
  httpApi({ partitionStates: () => [new State(), state] }).routes?.(app)
  onTestFinished(() => app.close())
  return (agent: string) => app.inject(`/v1/judge/${agent}`)
}

test('the judge says how it agrees with gold, version by version, and how the agent plans', async () => {
  const state = new State()
  const stream = Array.from({ length: 80 }, (_none, at) => {
    const right = at % 2 === 0
    return [
      sample(`s${at}`, { plan: { margin: right ? 0.9 : 0.1 } }),
      ...(at < 60 ? [gold(`s${at}`, right ? {} : { calls: [call('fees', 'price of AAPL')] })] : []),
    ]
  }).flat()
  scores(stream, state)
  const reply = await open(state)('desk')
  expect(reply.statusCode).toBe(200)
  const { agent, instruments, planning } = reply.json()
  expect(agent).toBe('desk')
  expect(instruments).toMatchObject([
    {
      judge: 'signals/v2',
      rubric: null,
      model: null,
      trusted: true,
      faults: [],
      rows: 60,
      area: 1,
      kappa: expect.any(Number),
    },
  ])
  const [{ accuracy, accuracyByGold, curve }] = instruments
  expect(curve.at(-1).probability).toBe(1)
  expect(accuracyByGold).toMatchObject({ mean: 0.5, power: 0 })
  // Twenty rows more that the judge can tell apart.
  expect(accuracy.interval.upper - accuracy.interval.lower).toBeLessThan(
    accuracyByGold.interval.upper - accuracyByGold.interval.lower,
  )
  expect(planning).toMatchObject({ rows: 60, accuracy: 0.5, intent: { rows: 30 } })
})

test('of an agent that it has not judged it says so', async () => {
  const reply = await open(new State())('nobody')
  expect(reply.statusCode).toBe(404)
  expect(reply.json().error).toMatchObject({ code: 'unknown_agent', message: expect.stringContaining('nobody') })
})
