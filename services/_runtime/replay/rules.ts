import { readdir, readFile } from 'node:fs/promises'
import { resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import { serviceDefinitions } from '#topology/derive/definitions.ts'
import type { ServiceName } from '#topology/types.ts'
import { Fault } from '../core/faults.ts'
import { canonicalJson, digest } from '../core/identity.ts'
import type { AnyDecision, AnyService } from '../processing/any-service.ts'
import type { FactOverrides } from './override-facts.ts'

/** The rule that a replay applies. */
export type Rules = {
  /** The service, with `decide` of the file where there is one. */
  readonly service: AnyService<never>
  /** SHA-256 of the file; of the sources in the service's folder where there is none. */
  readonly digest: string
  readonly file: string | null
}

/** The service's own rule, as its folder is now. */
export async function currentRules(service: AnyService<never>): Promise<Rules> {
  const folder = new URL(`../../${service.name}/`, import.meta.url)
  const names = (await readdir(folder, { recursive: true })).filter(name => name.endsWith('.ts')).sort()
  const sources = await Promise.all(names.map(async name => [name, digest(await readFile(new URL(name, folder)))]))
  return { service, digest: digest(canonicalJson(sources)), file: null }
}

/** The rule of a module that exports `decide`, and `version` where its events are to have other ids. FLY_USAGE when it does not. */
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

/** Checks what the compiler checks for a service's own `decide`. */
function checkDecision(name: ServiceName, file: string, decision: AnyDecision | undefined): AnyDecision {
  if (decision instanceof Promise) throw new Fault('FLY_USAGE', `--rules ${file}: decide must not be async`)
  const { writes } = serviceDefinitions[name]
  const foreign = decision?.emit?.find(({ topic }) => !writes.some(own => own === topic))
  if (foreign)
    throw new Fault('FLY_USAGE', `--rules ${file} emits to ${foreign.topic}; ${name} writes ${writes.join(', ')}`)
  return decision ?? {}
}

/** Values that replace those of the facts. */
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
