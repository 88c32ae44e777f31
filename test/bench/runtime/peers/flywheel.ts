import { readSettings } from '#runtime/config/config.ts'
import { openRuntime } from '#runtime/host/open-runtime.ts'
import { eraseTypes, withPorts } from '#runtime/processing/any-service.ts'
import { processPartition } from '#runtime/processing/process-partition.ts'
import { topic } from '#topology/topic-names.ts'
import { announce, untilInputEnds } from './announce.ts'
import { benchService } from './service.ts'

/**
 * Flywheel's processing loop with the bench's rule, which like the peers' has no state. The map has no stateless reader of chat
 * logs, so the rule has the name of another stateless service and joins its own group. Argument: the group.
 */
const [group = ''] = process.argv.slice(2)
const stop = new AbortController()
untilInputEnds(() => stop.abort())
const world = await openRuntime(readSettings(process.env))
await world.codec.registerSchemas()
const service = { ...withPorts(eraseTypes(benchService(announce)), {}), name: 'evaluator' as const }
await world.log.join(
  group,
  [topic.chatLogs],
  task => processPartition(service, task, { ...world, onLostPosition: 'stop' }, false, () => {}),
  stop.signal,
)
await world.close()
