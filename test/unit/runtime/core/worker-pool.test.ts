import { expect, onTestFinished, test } from 'vitest'
import { fitLora } from '#planners/linear/lora/lora.ts'
import { decodeSafetensors } from '#planners/linear/model/safetensors.ts'
import { createWorkerPool } from '#runtime/core/worker-pool.ts'
import { workerTask } from '#runtime/core/worker-task.ts'
import { featurize } from '#text/features.ts'

const moduleOf = (file: string) => new URL(`../../../../services/${file}`, import.meta.url).href
const never = new AbortController().signal

function opened() {
  const offload = createWorkerPool(1)
  onTestFinished(() => offload.close())
  return offload
}

test('a function runs in a thread and gives what it gives here', async () => {
  const answer = await opened().run(workerTask(moduleOf('_text/features.ts'), featurize), ['price of gold'], never)
  expect(answer).toEqual(featurize('price of gold'))
})

test('what the function throws is thrown here, as what it is', async () => {
  const failed = opened().run(
    workerTask(moduleOf('_planners/linear/model/safetensors.ts'), decodeSafetensors),
    [new Uint8Array()],
    never,
  )
  await expect(failed).rejects.toBeInstanceOf(SyntaxError)
})

test('a name that the module does not export is refused', async () => {
  const absent = workerTask(moduleOf('_text/features.ts'), function absent() {})
  await expect(opened().run(absent, [], never)).rejects.toThrow('exports no function absent')
})

test('an aborted signal stops the thread', async () => {
  const stop = new AbortController()
  const vector = featurize('price of gold')
  const rows = Array.from({ length: 20_000 }, () => ({ vector, tool: 0 }))
  const settings = {
    rank: 32,
    alpha: 32,
    epochs: 100_000,
    rate: 0.01,
    decay: 0,
    scale: 5,
    dropout: 0,
    batch: 32,
    seed: 1,
  }
  const weights = { tools: 1, values: new Float32Array(4096) }
  const endless = opened().run(
    workerTask(moduleOf('_planners/linear/lora/lora.ts'), fitLora),
    [rows, weights, ['quote'], settings],
    stop.signal,
  )
  stop.abort()
  await expect(endless).rejects.toMatchObject({ name: 'AbortError' })
})
