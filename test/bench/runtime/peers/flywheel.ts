import { readSettings } from '#runtime/config/config.ts'
import { openRuntime } from '#runtime/host/open-runtime.ts'
import { eraseTypes, withPorts } from '#runtime/processing/any-service.ts'
import { processPartition } from '#runtime/processing/process-partition.ts'
import { topic } from '#topology/topic-names.ts'
import { announce, untilInputEnds } from './announce.ts'
import { benchService } from './service.ts'

/**
 * Flywheel's step loop on the bench's rule, which like the peers' remembers nothing: the map has no such reader of chat logs, so
 * the rule goes by the name of a service without memory and joins a group of its own. Argument: the group.
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
  task => processPartition(service, task, world, false, () => {}),
  stop.signal,
)
await world.close()
