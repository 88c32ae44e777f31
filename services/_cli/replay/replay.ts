import { join } from 'node:path'
import type { Settings } from '#runtime/config/config.ts'
import { Fault } from '#runtime/core/faults.ts'
import { openReader } from '#runtime/host/connections.ts'
import { openObjects } from '#runtime/objects/open-objects.ts'
import { runReplay as replayRange } from '#runtime/replay/replay.ts'
import { currentRules, loadConfigFile, loadRules } from '#runtime/replay/rules.ts'
import { all } from '#services/all.ts'
import type { ServiceName } from '#topology/types.ts'
import { printLines } from '../output.ts'
import { parseService } from '../parse-service.ts'
import { parseTime } from '../parse-time.ts'
import { replayReceiptText } from './receipt.ts'

type ReplayOptions = {
  readonly as: string
  readonly since?: string
  readonly until?: string
  readonly rules?: string
  readonly config?: string
  readonly json: boolean
}

/** Repeats the decisions of a range and prints the receipt; differences are not an error. */
export async function replay(
  name: string,
  options: ReplayOptions,
  settings: Settings,
  signal: AbortSignal,
): Promise<void> {
  const now = Date.now()
  const service = all[parseService(name, decidingServices, 'makes no decisions')]
  const since = options.since === undefined ? null : parseTime('--since', options.since, now)
  const until = options.until === undefined ? null : parseTime('--until', options.until, now)
  if (since !== null && until !== null && since >= until)
    throw new Fault('FLY_USAGE', `--since ${options.since} is not before --until ${options.until}: swap them`)
  const rules = await (options.rules === undefined ? currentRules(service) : loadRules(service, options.rules))
  const config = options.config === undefined ? undefined : await loadConfigFile(options.config)
  const { log, codec, close } = await openReader(settings)
  try {
    const objects = await openObjects(settings)
    const onProgress = (decided: number): void => void process.stderr.write(`${decided} decided\n`)
    const range = { since, until }
    const asked = { home: settings.home, run: options.as, rules, config, range, onProgress }
    const receipt = await replayRange({ log, codec, objects }, asked, signal)
    const folder = join(settings.home, 'replays', options.as)
    printLines([options.json ? JSON.stringify(receipt) : replayReceiptText(receipt, folder)])
  } catch (error) {
    if (signal.aborted) process.exitCode = 1
    throw error
  } finally {
    await close()
  }
}

const decidingServices = (Object.keys(all) as ServiceName[]).filter(name => all[name].decide !== undefined)
