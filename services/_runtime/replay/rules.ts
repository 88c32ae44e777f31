import { readdir, readFile } from 'node:fs/promises'
import { resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import { serviceDefinitions } from '#topology/derive/definitions.ts'
import type { ServiceName } from '#topology/types.ts'
import { Fault } from '../core/faults.ts'
import { canonicalJson, digest } from '../core/identity.ts'
import type { AnyDecision, AnyService } from '../processing/any-service.ts'
import type { FactOverrides } from './override-facts.ts'

/** The rules to decide by. */
export type Rules = {
  /** The service with these rules in place of its own. */
  readonly service: AnyService<never>
  /** SHA-256 of the file; of the service's own sources where there is none. */
  readonly digest: string
  readonly file: string | null
}

/** What stands in the service's folder now. */
export async function currentRules(service: AnyService<never>): Promise<Rules> {
  const folder = new URL(`../../${service.name}/`, import.meta.url)
  const names = (await readdir(folder)).filter(name => name.endsWith('.ts')).sort()
  const sources = await Promise.all(names.map(async name => [name, digest(await readFile(new URL(name, folder)))]))
  return { service, digest: digest(canonicalJson(sources)), file: null }
}

/** A module that exports `decide`, and `version` where new rules are to make new ids. FLY_USAGE when it does not. */
export async function loadRules(service: AnyService<never>, file: string): Promise<Rules> {
  const content = await readOptionFile('--rules', file)
  const path = resolve(file)
  const module: Record<string, unknown> = await import(pathToFileURL(path).href).catch(error => {
    throw new Fault('FLY_USAGE', `--rules ${file} cannot be loaded: ${String(error)}`, {}, error)
  })
  const { decide, version = service.version } = module
  if (typeof decide !== 'function') throw new Fault('FLY_USAGE', `--rules ${file} exports no function decide`)
  if (typeof version !== 'string') throw new Fault('FLY_USAGE', `--rules ${file}: version must be a text`)
  const checkedDecide = (...given: readonly unknown[]): AnyDecision =>
    checkDecision(service.name, file, decide(...given))
  return { service: { ...service, decide: checkedDecide, version }, digest: digest(content), file }
}

/** What the types hold a service to, for rules that were not compiled with it. */
function checkDecision(name: ServiceName, file: string, decision: AnyDecision | undefined): AnyDecision {
  if (decision instanceof Promise) throw new Fault('FLY_USAGE', `--rules ${file}: decide must not be async`)
  const { writes } = serviceDefinitions[name]
  const astray = decision?.emit?.find(({ topic }) => !writes.some(own => own === topic))
  if (astray)
    throw new Fault('FLY_USAGE', `--rules ${file} emits to ${astray.topic}; ${name} writes ${writes.join(', ')}`)
  return decision ?? {}
}

/** A configuration to lay over the facts. */
export type ConfigFile = { readonly config: FactOverrides; readonly digest: string; readonly file: string }

/** FLY_USAGE when the file holds no JSON object. */
export async function loadConfigFile(file: string): Promise<ConfigFile> {
  const content = await readOptionFile('--config', file)
  let config: unknown
  try {
    config = JSON.parse(content.toString('utf8'))
  } catch (error) {
    throw new Fault('FLY_USAGE', `--config ${file} is not JSON: ${String(error)}`, {}, error)
  }
  if (config === null || typeof config !== 'object' || Array.isArray(config))
    throw new Fault('FLY_USAGE', `--config ${file} must hold one JSON object`)
  return { config: config as FactOverrides, digest: digest(content), file }
}

const readOptionFile = (option: string, file: string): Promise<Buffer> =>
  readFile(file).catch(error => {
    throw new Fault('FLY_USAGE', `${option} ${file} cannot be read: ${String(error)}`, {}, error)
  })
