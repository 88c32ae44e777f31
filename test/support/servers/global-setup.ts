import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { TestProject } from 'vitest/node'
import { startKafka } from '../kafka/broker.ts'
import { startObjectServer } from './object-server.ts'
import { startRegistry } from './registry.ts'

declare module 'vitest' {
  interface ProvidedContext {
    /** URL at which test files ask for the run's servers. */
    servers: string
  }
}

/**
 * One broker, one registry and one S3 server for the whole test run, each started when the first test file asks for it. Answers 200
 * with the address, 204 where the server cannot run here, 500 where that is an error.
 */
export async function setup(project: TestProject): Promise<() => Promise<void>> {
  const starts = {
    '/kafka': startOnce(() => startKafka({ brokers: 1 })),
    '/registry': startOnce(startRegistry),
    '/objects': startOnce(startObjectServer),
  }
  const server = createServer(async (request, response) => {
    try {
      const found = await starts[request.url as keyof typeof starts].start()
      response.writeHead(found ? 200 : 204).end(found && JSON.stringify(found))
    } catch (error) {
      response.writeHead(500).end(String(error))
    }
  })
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  project.provide('servers', `http://127.0.0.1:${(server.address() as AddressInfo).port}`)
  return async () => {
    server.close()
    await Promise.all(Object.values(starts).map(({ stop }) => stop()))
  }
}

function startOnce<T extends { readonly stop: () => Promise<void> }>(start: () => Promise<T | undefined>) {
  let started: Promise<T | undefined> | undefined
  return {
    start: () => {
      started ??= start()
      return started
    },
    stop: async () => (await started?.catch(() => undefined))?.stop(),
  }
}
