import { availableParallelism } from 'node:os'
import { Command, InvalidArgumentError } from 'commander'
import { createOffload } from '#runtime/offload.ts'
import { DEFAULT_BUDGETS } from '#services/ingest/decide.ts'
import type { Facts } from '#services/sampler/decide.ts'
import { coverage } from './sampling/coverage.ts'
import { doubled, longTailed, type Questions, readQuestions } from './sampling/data.ts'
import { type efficiency, type Found, meanOf, sampleShare } from './sampling/efficiency.ts'
import { decideMicroseconds } from './sampling/speed.ts'
import { day } from './sampling/traffic.ts'
import { table } from './table.ts'

const module = new URL('./sampling/efficiency.ts', import.meta.url)

type Options = { readonly data: string; readonly seeds: number; readonly streams: number; readonly json: boolean }

const { arms, evaluationShare } = DEFAULT_BUDGETS
const facts: Facts = { sampleShare: 0.1, sampling: 'active', evaluationShare, arms }

/** `bench sampling`: label efficiency, honesty of estimates, budget and cost of the sampler. */
export const sampling = new Command('sampling')
  .description('the sampler against random choice, its estimates against the truth, its picks against the budget')
  .requiredOption('--data <dir>', 'DIR/train.csv and DIR/test.csv, columns text,category')
  .option('--seeds <n>', 'runs of each curve', whole, 5)
  .option('--streams <n>', 'simulated streams for the coverage of intervals', whole, 1_000)
  .option('--json', 'one JSON object on the last line of stdout', false)
  .action(measure)

async function measure({ data, seeds, streams, json }: Options): Promise<void> {
  const questions = readQuestions(data)
  tell('decisions')
  const microseconds = decideMicroseconds(questions, facts, 20_000)
  tell('a day with a burst')
  const traffic = day(40, facts, 1)
  tell(`${streams} simulated streams`)
  const covered = coverage(streams, facts)
  const runs = await curves([questions, longTailed(questions, 1), doubled(questions)], seeds)
  const [main, longTail, manyIntents] = runs.map(meanOf)
  const figures = {
    ...main,
    ...{ intervalCoverage: covered.hajek, naiveCoverage: covered.naive, effectiveShare: covered.effectiveShare },
    ...{ longTail, manyIntents, decideMicroseconds: microseconds, day: traffic },
    ...{ seeds, streams, sampleShare, arms },
  }
  process.stdout.write(
    `reviews are ${100 * sampleShare}% of the traffic; questions come again in shuffled epochs until picked\n`,
  )
  process.stdout.write(
    `${table([['', ''], ...Object.entries(figures).map(([name, value]) => [name, JSON.stringify(value)])])}\n`,
  )
  if (json) process.stdout.write(`${JSON.stringify({ ...figures, runs })}\n`)
}

/** On all cores: for each of the data sets one for each seed. */
async function curves(sets: readonly Questions[], seeds: number): Promise<readonly (readonly Found[])[]> {
  const threads = createOffload(availableParallelism())
  const run = async (questions: Questions, seed: number): Promise<Found> => {
    const found = await threads.run<typeof efficiency>(
      module,
      'efficiency',
      [questions, seed],
      new AbortController().signal,
    )
    tell(`${questions.name}, seed ${seed}: ${JSON.stringify(found)}`)
    return found
  }
  try {
    const all = sets.map(questions => Promise.all(Array.from({ length: seeds }, (_none, at) => run(questions, at + 1))))
    return await Promise.all(all)
  } finally {
    await threads.close()
  }
}

function whole(text: string): number {
  if (!/^[1-9]\d*$/.test(text)) throw new InvalidArgumentError('give a whole number')
  return Number(text)
}

const tell = (what: string): void => void process.stderr.write(`${what}\n`)
