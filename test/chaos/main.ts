import { Command, InvalidArgumentError, Option } from 'commander'
import { hasNoViolations } from './compare-outputs.ts'
import { runEmbeddedChaos } from './embedded/embedded-run.ts'
import { runKafkaChaos } from './kafka/kafka-run.ts'

type Flags = {
  readonly records: number
  readonly kills: number
  readonly brokerKills: number
  readonly zombies: number
  readonly cuts: number
  readonly embedded: boolean
  readonly breakFence: boolean
  readonly seed: string
  readonly json: boolean
}

const count = (text: string): number => {
  const number = Number(text)
  if (!Number.isInteger(number) || number < 0) throw new InvalidArgumentError('It must be a whole number from 0.')
  return number
}

const flags = new Command('npm run chaos --')
  .description(
    'Runs two stages of the real runtime while everything fails that can, then recomputes from the input alone what must ' +
      'be there. Exit code 1 when anything is lost, there twice, out of order, or remembered otherwise.',
  )
  .option('--records <n>', 'turns of the input', count, 20_000)
  .option('--kills <n>', 'SIGKILLs of workers', count, 6)
  .option('--broker-kills <n>', 'SIGKILLs of brokers, one at a time', count, 1)
  .option('--zombies <n>', 'workers stopped beyond their session, then woken', count, 1)
  .option('--cuts <n>', 'cuts of the network between clients and brokers', count, 2)
  .option('--break-fence', 'transactional ids that fence nobody: the checker must report it', false)
  .addOption(
    new Option('--embedded', 'one process on the embedded log instead of Kafka: kills, full disk, clock jumps')
      .default(false)
      .conflicts('breakFence'),
  )
  .option('--seed <text>', 'same seed, same input and same faults', '1')
  .option('--json', 'the report as one line of JSON, last on standard output', false)
  .parse()
  .opts<Flags>()

for (const name of ['SIGINT', 'SIGTERM'] as const) process.once(name, () => process.exit(130))

const { kills, brokerKills, zombies, cuts, ...options } = flags
const begun = performance.now()
const say = (line: string): void =>
  void process.stderr.write(`${((performance.now() - begun) / 1000).toFixed(1).padStart(6)} s  ${line}\n`)
const none = { kills, brokerKills: 0, zombies: 0, cuts: 0, clockJumps: 2, rebalances: 0, fullDisks: 0 }
const report = options.embedded
  ? await runEmbeddedChaos({ ...options, faults: { ...none, fullDisks: 1 } }, say)
  : await runKafkaChaos({ ...options, faults: { ...none, brokerKills, zombies, cuts, rebalances: 1 } }, say)
if (report) console.log(options.json ? JSON.stringify(report) : report)
process.exitCode = report && hasNoViolations(report) ? 0 : 1
