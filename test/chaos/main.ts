import { Command, InvalidArgumentError, Option } from 'commander'
import { hasNoViolations } from './compare-outputs.ts'
import { runEmbeddedChaos } from './embedded/embedded-run.ts'
import { noFaults } from './fault-plan.ts'
import { runKafkaChaos } from './kafka/kafka-run.ts'

type Flags = {
  readonly records: number
  readonly kills: number
  readonly brokerKills: number
  readonly zombies: number
  readonly cuts: number
  readonly hangs: number
  readonly blips: number
  readonly expiries: number
  readonly retentions: number
  readonly embedded: boolean
  readonly breakFence: boolean
  readonly seed: string
  readonly json: boolean
}

const count = (text: string): number => {
  const number = Number(text)
  if (!Number.isInteger(number) || number < 0)
    throw new InvalidArgumentError('It must be a whole number of at least 0.')
  return number
}

const flags = new Command('npm run chaos --')
  .description(
    'Runs two stages on the real runtime while faults are injected, then compares the log with what the input must lead to. ' +
      'Exit code 1 when a record is lost, duplicated or out of order, or when state differs.',
  )
  .option('--records <n>', 'turns of the input', count, 20_000)
  .option('--kills <n>', 'SIGKILLs of workers', count, 6)
  .option('--broker-kills <n>', 'SIGKILLs of brokers, one at a time', count, 1)
  .option('--zombies <n>', 'workers suspended until their session has ended, then resumed', count, 1)
  .option('--cuts <n>', 'network cuts between clients and brokers', count, 2)
  .option('--hangs <n>', 'brokers suspended until others lead, while partitions of a service change hands', count, 1)
  .option('--blips <n>', 'outages of the registry while a worker starts', count, 2)
  .option('--expiries <n>', 'times that Kafka forgets the positions of a stage that is away', count, 1)
  .option(
    '--retentions <n>',
    'times that records are deleted before the first stage, which is away, has consumed them',
    count,
    1,
  )
  .option('--break-fence', 'disable fencing: the check must then report duplicates', false)
  .addOption(
    new Option(
      '--embedded',
      'one process on the embedded log instead of Kafka; faults: kills, a full disk, clock jumps',
    )
      .default(false)
      .conflicts('breakFence'),
  )
  .option('--seed <text>', 'the same seed gives the same input and faults', '1')
  .option('--json', 'print the report as one line of JSON, last on standard output', false)
  .parse()
  .opts<Flags>()

for (const name of ['SIGINT', 'SIGTERM'] as const) process.once(name, () => process.exit(130))

const { kills, brokerKills, zombies, cuts, hangs, blips, expiries, retentions, ...options } = flags
const begun = performance.now()
const print = (line: string): void =>
  void process.stderr.write(`${((performance.now() - begun) / 1000).toFixed(1).padStart(6)} s  ${line}\n`)
const both = { ...noFaults, kills, clockJumps: 2 }
const report = options.embedded
  ? await runEmbeddedChaos({ ...options, faults: { ...both, fullDisks: 1 } }, print)
  : await runKafkaChaos(
      {
        ...options,
        faults: { ...both, brokerKills, zombies, cuts, rebalances: 1, hangs, blips, expiries, retentions },
      },
      print,
    )
if (report) console.log(options.json ? JSON.stringify(report) : report)
// Without this, Node's own cleanup can wait for ever for a write to a worker that was killed while it was suspended.
process.exit(report && hasNoViolations(report) ? 0 : 1)
