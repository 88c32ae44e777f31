import { describe, expect, test } from 'vitest'
import { goldStep } from '#planners/gold-steps.ts'
import type { PlannerKind, Planners } from '#planners/planner.ts'
import { runToEnd } from '#planners/run-to-end.ts'
import { trainingJob } from '#planners/training-job.ts'
import type { AgentBasis, Tuning } from '#planners/tuning.ts'
import { canonicalJson } from '#runtime/core/identity.ts'
import { type ObjectStore, putJson } from '#runtime/objects/object-store.ts'
import type { Rung } from '#schemas/events.ts'
import type { Dataset, DatasetRow, ExampleSet } from '#schemas/objects.ts'

export type OpenKind = () => { readonly planners: Planners; readonly objects: ObjectStore }

const never = new AbortController().signal
const fault = (code: string) => expect.objectContaining({ code })

/** What every kind of planner promises. `rows` are enough to tune with by each rung that the kind can climb. */
export function plannerKindContract(
  kind: PlannerKind,
  open: OpenKind,
  basis: AgentBasis,
  rows: readonly DatasetRow[],
): void {
  const tools = new Set(basis.tools.map(({ name }) => name))
  const manifest = kind.baseOf(basis)
  if ('outcome' in manifest) throw new Error(manifest.reason)

  const openBase = async () => {
    const { planners, objects } = open()
    return { planners, objects, base: await putJson(objects, canonicalJson(manifest)) }
  }
  const requests = rows.map(row => ({ input: { messages: row.messages }, exceptFamily: row.family }))
  const planAll = async (planners: Planners, planner: string) => {
    const hosted = await planners.host(planner, never)
    const plans = await Array.fromAsync(hosted.batch(requests, { concurrency: 3 }, never))
    await hosted.close()
    return plans.map(planned => ('plan' in planned ? planned.plan : planned))
  }
  const tuning = (baseline: string, some = rows): Tuning => ({
    ...{ basis, baseline, rows: some.map(goldStep), seed: 7, budget: null },
  })
  const climb = async ({ planners, objects, base }: Awaited<ReturnType<typeof openBase>>, rung: Rung, some = rows) => {
    if (rung === 'prompt') return planners.search(tuning(base, some), never)
    if (rung === 'trajectory') return planners.prove(tuning(base, some), never)
    const dataset: Dataset = { format: 2, agent: basis.agent, version: 1, rows: some }
    const spec = { basis, baseline: base, dataset: await putJson(objects, canonicalJson(dataset)), seed: 7 }
    return runToEnd(planners.train, trainingJob(spec), never)
  }

  describe(`the ${kind.name} kind`, { timeout: 60_000 }, () => {
    test('the untuned planner depends on the basis alone, and names its kind and agent', () => {
      expect(manifest).toMatchObject({ kind: kind.name, agent: basis.agent, format: expect.any(Number) })
      expect(kind.baseOf(structuredClone(basis))).toEqual(manifest)
    })

    test('an agent that cannot be planned for is unsupported, with a reason', () => {
      expect(kind.baseOf({ ...basis, tools: [] })).toEqual({
        outcome: 'unsupported',
        reason: expect.stringMatching(/\w+/),
      })
    })

    test('a hosted planner says what is loaded, and plans with tools of the catalogue', async () => {
      const { planners, base } = await openBase()
      const hosted = await planners.host(base, never)
      expect(hosted.digest).toBe(base)
      for (const request of requests.slice(0, 5)) {
        const planned = await hosted.plan(request, never)
        expect(planned.latencyMs).toBeGreaterThan(0)
        expect(planned.plan.calls.filter(({ tool }) => !tools.has(tool))).toEqual([])
        expect(planned.plan.exampleIds).toEqual([])
      }
      await hosted.close()
    })

    test('the same request gets the same plan, alone and in a batch, whose results keep their order', async () => {
      const { planners, base } = await openBase()
      const hosted = await planners.host(base, never)
      const alone = []
      for (const request of requests) alone.push((await hosted.plan(request, never)).plan)
      expect(await planAll(planners, base)).toEqual(alone)
    })

    test('an aborted signal ends planning', async () => {
      const { planners, base } = await openBase()
      const hosted = await planners.host(base, never)
      const aborted = AbortSignal.abort(new Error('stopped'))
      await expect(Array.fromAsync(hosted.batch(requests, { concurrency: 3 }, aborted))).rejects.toThrow('stopped')
      await expect(planners.host(base, aborted)).rejects.toThrow('stopped')
    })

    test('plans in progress end though the planner is closed', async () => {
      const { planners, base } = await openBase()
      const hosted = await planners.host(base, never)
      const [request] = requests
      if (request === undefined) throw new Error('no rows')
      const plan = hosted.plan(request, never)
      await hosted.close()
      expect((await plan).plan.calls.length).toBeGreaterThanOrEqual(0)
      await hosted.close()
    })

    test.each([
      ['is missing', async () => 'f'.repeat(64)],
      [
        'is of an unknown kind',
        (objects: ObjectStore) => putJson(objects, canonicalJson({ ...manifest, kind: 'unheard of' })),
      ],
      [
        'is of a later format',
        (objects: ObjectStore) => putJson(objects, canonicalJson({ ...manifest, format: manifest.format + 1 })),
      ],
    ])('a manifest that %s is FLY_OBJECT', async (_what, store) => {
      const { planners, objects } = open()
      const planner = await store(objects)
      await expect(planners.host(planner, never)).rejects.toEqual(fault('FLY_OBJECT'))
      await expect(planners.parametersOf(planner, never)).rejects.toEqual(fault('FLY_OBJECT'))
    })

    test('parameters are counted, or null where they are not known', async () => {
      const { planners, base } = await openBase()
      const { total, adapter, rank } = await planners.parametersOf(base, never)
      expect(total === null || total > 0).toBe(true)
      expect([adapter, rank]).toEqual([null, null])
    })

    describe.each(['prompt', 'trajectory', 'lora'] as const)('the rung %s', rung => {
      const reason = kind.cannotTune(rung, basis)
      if (reason !== undefined) {
        test('is refused with a reason', () => expect(reason).toMatch(/\w+/))
        return
      }

      test('gives the same candidate for the same rows, and it can be hosted', async () => {
        const opened = await openBase()
        const result = await climb(opened, rung)
        expect(result.outcome).toBe('tuned')
        expect(JSON.parse(String(await opened.objects.get(result.candidate)))).toMatchObject({ kind: kind.name })
        expect(await planAll(opened.planners, result.candidate)).toHaveLength(rows.length)
        expect((await climb(await openBase(), rung)).candidate).toBe(result.candidate)
      })

      test('says so where the rows are too few, and its candidate can be hosted', async () => {
        const opened = await openBase()
        const result = await climb(opened, rung, rows.slice(0, 1))
        expect(result).toSatisfy(one => one.outcome === 'tuned' || /\w+/.test(one.reason))
        expect(await planAll(opened.planners, result.candidate)).toHaveLength(rows.length)
      })
    })

    if (kind.cannotTune('trajectory', basis) === undefined)
      test('a planner never consults an example of the family that is left out', async () => {
        const opened = await openBase()
        const { candidate, examples: set } = await opened.planners.prove(tuning(opened.base), never)
        const { examples }: ExampleSet = JSON.parse(String(await opened.objects.get(set)))
        const families = new Map(examples.map(({ id, family }) => [id, family]))
        const hosted = await opened.planners.host(candidate, never)
        const consulted: string[] = []
        for (const { input, exceptFamily } of requests) {
          const { plan } = await hosted.plan({ input, exceptFamily }, never)
          consulted.push(...plan.exampleIds)
          expect(plan.exampleIds.map(id => families.get(id))).not.toContain(exceptFamily)
        }
        expect(consulted.length).toBeGreaterThan(0)
      })

    if (kind.cannotTune('lora', basis) !== undefined) return

    describe('a training job', () => {
      const jobOf = async ({ objects, base }: Awaited<ReturnType<typeof openBase>>) => {
        const dataset: Dataset = { format: 2, agent: basis.agent, version: 1, rows }
        return trainingJob({ basis, baseline: base, dataset: await putJson(objects, canonicalJson(dataset)), seed: 7 })
      }

      test('is named by its spec, and unknown until it was submitted', async () => {
        const opened = await openBase()
        const job = await jobOf(opened)
        expect(await jobOf(await openBase())).toEqual(job)
        expect(trainingJob({ ...job.spec, seed: 8 }).id).not.toBe(job.id)
        expect(await opened.planners.train.observe(job, never)).toEqual({ state: 'unknown' })
      })

      test('runs once though it is submitted twice, and its result stays', async () => {
        const opened = await openBase()
        const job = await jobOf(opened)
        await opened.planners.train.submit(job, never)
        await opened.planners.train.submit(job, never)
        const result = await runToEnd(opened.planners.train, job, never)
        await opened.planners.train.submit(job, never)
        expect(await opened.planners.train.observe(job, never)).toEqual({ state: 'succeeded', result })
        const { adapter, rank, trainable } = await opened.planners.parametersOf(result.candidate, never)
        expect({ adapter, rank, trainable }).toEqual({
          adapter: result.adapter,
          rank: result.rank,
          trainable: result.trainableParameters,
        })
      })

      test('that is cancelled does not go on', async () => {
        const opened = await openBase()
        const job = await jobOf(opened)
        await opened.planners.train.submit(job, never)
        await opened.planners.train.cancel(job)
        expect(await opened.planners.train.observe(job, never)).not.toMatchObject({ state: 'running' })
      })
    })
  })
}
