import { availableParallelism } from 'node:os'
import { Command, InvalidArgumentError } from 'commander'
import { createWorkerPool, type WorkerPool } from '#runtime/core/worker-pool.ts'
import { defaultBudgets } from '#services/ingest/agent-described.ts'
import type { Facts } from '#services/sampler/controller.ts'
import { coverageTask } from './sampling/coverage.ts'
import { type IntentDataset, longTailed, readQuestions, splitIntents } from './sampling/data.ts'
import { type EfficiencyResult, efficiencyTask, meanOf, sampleShare } from './sampling/efficiency.ts'
import { decideMicroseconds } from './sampling/speed.ts'
import { simulateDay } from './sampling/traffic.ts'
import { table } from './table.ts'

const never = new AbortController().signal

type SamplingBenchOptions = {
  readonly data: string
  readonly seeds: number
  readonly streams: number
  readonly json: boolean
}

const { arms, evaluationShare } = defaultBudgets
const facts: Facts = { sampleShare: 0.1, sampling: 'active', evaluationShare, arms }

/** `bench sampling`: label efficiency, coverage of estimates, budget and cost of the sampler. */
export const sampling = new Command('sampling')
  .description('the sampler against random choice, its estimates against the truth, its picks against the budget')
  .requiredOption('--data <dir>', 'DIR/train.csv and DIR/test.csv, columns text,category')
  .option('--seeds <n>', 'runs of each curve', wholeNumber, 5)
  .option('--streams <n>', 'simulated streams for the coverage of intervals', wholeNumber, 1_000)
  .option('--json', 'one JSON object on the last line of stdout', false)
  .action(measure)

/** Seeds of the two further data sets, which only check whether the figures of the first hold there. */
const fewSeeds = 2

async function measure({ data, seeds, streams, json }: SamplingBenchOptions): Promise<void> {
  const questions = readQuestions(data)
  logProgress('decisions')
  const microseconds = decideMicroseconds(questions, facts, 20_000)
  logProgress('a day with a burst')
  const traffic = simulateDay(40, facts, 1)
  const threads = createWorkerPool(availableParallelism())
  try {
    logProgress(`${streams} simulated streams, and a curve for each seed`)
    const covering = threads.run(coverageTask, [streams, facts], never)
    const main = await curves(threads, questions, seeds)
    const longTail = await curves(threads, longTailed(questions, 1), Math.min(fewSeeds, seeds))
    const manyIntents = await curves(threads, splitIntents(questions), Math.min(fewSeeds, seeds))
    const covered = await covering
    print(
      {
        ...meanOf(main),
        ...{ intervalCoverage: covered.hajek, naiveCoverage: covered.naive, effectiveShare: covered.effectiveShare },
        ...{
          longTail: meanOf(longTail),
          manyIntents: meanOf(manyIntents),
          decideMicroseconds: microseconds,
          day: traffic,
        },
        ...{ seeds, fewSeeds: longTail.length, streams, sampleShare, arms },
      },
      [main, longTail, manyIntents],
      json,
    )
  } finally {
    await threads.close()
  }
}

function print(figures: object, runs: readonly (readonly EfficiencyResult[])[], json: boolean): void {
  process.stdout.write(
    `reviews are ${100 * sampleShare}% of the traffic; questions come again in shuffled epochs until picked\n`,
  )
  process.stdout.write(
    `${table([['', ''], ...Object.entries(figures).map(([name, value]) => [name, JSON.stringify(value)])])}\n`,
  )
  if (json) process.stdout.write(`${JSON.stringify({ ...figures, runs })}\n`)
}

/** One run per seed, on all cores. */
function curves(threads: WorkerPool, questions: IntentDataset, seeds: number): Promise<readonly EfficiencyResult[]> {
  const run = async (seed: number): Promise<EfficiencyResult> => {
    const found = await threads.run(efficiencyTask, [questions, seed], never)
    logProgress(`${questions.name}, seed ${seed}: ${JSON.stringify(found)}`)
    return found
  }
  return Promise.all(Array.from({ length: seeds }, (_none, at) => run(at + 1)))
}

function wholeNumber(text: string): number {
  if (!/^[1-9]\d*$/.test(text)) throw new InvalidArgumentError('give a whole number')
  return Number(text)
}

const logProgress = (what: string): void => void process.stderr.write(`${what}\n`)
