import { type SettingDifference, type TopicSpec, tombstoneRetentionMs } from '../../event-log.ts'

/** A setting that topics are created with. */
type RequiredSetting = {
  readonly should: string
  /** Whether another value serves as well; by default none does. */
  readonly serves?: (is: string) => boolean
  /** What a value that does not serve loses; undefined where nothing is lost. */
  readonly loses?: (is: string) => string | undefined
}

const dayMs = 86_400_000
const unlimited = '-1'
/** Kafka's default, which the limits of a record are made for (log/record-size.ts). */
const maxBatchBytes = 1_048_588
/** Kafka never compacts the segment being written. With the default of 1 GB, new readers would read that much. */
const segmentBytes = 64 * 1024 * 1024

const always = (lost: string) => (): string => lost
const atLeast =
  (least: number) =>
  (is: string): boolean =>
    Number(is) >= least
const atMost =
  (most: number) =>
  (is: string): boolean =>
    Number(is) <= most

/** The settings of a topic, by Kafka's names. */
function requiredSettings(keep: TopicSpec['keep'], replication: number): Readonly<Record<string, RequiredSetting>> {
  return {
    ...(keep === 'compact' ? compactedSettings : retainedSettings(keep)),
    'unclean.leader.election.enable': {
      should: 'false',
      loses: always('a broker that lacks acknowledged records may become the leader'),
    },
    'min.insync.replicas': { should: replication >= 3 ? '2' : '1', serves: atLeast(replication >= 3 ? 2 : 1) },
    'max.message.bytes': { should: String(maxBatchBytes), serves: atLeast(maxBatchBytes) },
    // Lag and retention use the time of arrival, not the writer's clock.
    'message.timestamp.type': { should: 'LogAppendTime' },
    // The broker decompresses what writers compress, once for all readers.
    'compression.type': { should: 'uncompressed' },
  }
}

const deletedBySize: RequiredSetting = {
  should: unlimited,
  serves: is => Number(is) < 0,
  loses: always('records are deleted when the partition is larger'),
}

const compactedSettings: Readonly<Record<string, RequiredSetting>> = {
  'cleanup.policy': { should: 'compact', loses: always('the newest record of a key is deleted by its age') },
  'delete.retention.ms': {
    should: String(tombstoneRetentionMs),
    serves: atLeast(tombstoneRetentionMs),
    loses: always('deleted keys come back in a reader that was away for longer'),
  },
  'segment.bytes': { should: String(segmentBytes), serves: atMost(segmentBytes) },
}

function retainedSettings(keep: number | 'forever'): Readonly<Record<string, RequiredSetting>> {
  const should = keep === 'forever' ? unlimited : String(keep * dayMs)
  const isShorter = (is: string): boolean => is !== unlimited && (keep === 'forever' || Number(is) < Number(should))
  return {
    'cleanup.policy': { should: 'delete', loses: always('all but the newest record of a key are deleted') },
    'retention.ms': { should, loses: is => (isShorter(is) ? 'records are deleted too early' : undefined) },
    'retention.bytes': deletedBySize,
  }
}

/** What a topic is created with. */
export const settingsForCreation = (
  { keep }: TopicSpec,
  replication: number,
): readonly { readonly name: string; readonly value: string }[] =>
  Object.entries(requiredSettings(keep, replication)).map(([name, { should }]) => ({ name, value: should }))

/** The names of all settings that are compared. */
export const comparedSettings: readonly string[] = [
  ...new Set([...Object.keys(requiredSettings('compact', 1)), ...Object.keys(requiredSettings('forever', 1))]),
]

/** How the settings of an existing topic differ from what it would be created with; those that the broker does not tell are left out. */
export function compareSettings(
  { name: topic, keep }: TopicSpec,
  replication: number,
  actual: ReadonlyMap<string, string>,
): readonly SettingDifference[] {
  return Object.entries(requiredSettings(keep, replication)).flatMap(([setting, { should, serves, loses }]) => {
    const is = actual.get(setting)
    if (is === undefined || is === should || serves?.(is)) return []
    return [{ topic, setting, is, should, loses: loses?.(is) }]
  })
}
