import { serviceDefinitions, serviceNames } from './definitions.ts'

/** The port that a service's container listens on and that its host publishes on loopback: FLYWHEEL_PORT's default plus the map's. */
const basePort = 8600

/** The containers of the services, to stand under `services:` in docker-compose.yml, below the anchors that it refers to. */
export function composeServices(): string {
  return serviceNames
    .map(name => {
      const port = basePort + serviceDefinitions[name].port
      return `  ${name}:
    <<: *service
    command: [node, services/${name}/main.ts]
    ports: ['127.0.0.1:${port}:${port}']
    healthcheck: { <<: *health, test: [CMD, node, -e, *ask, 'http://127.0.0.1:${port}/health'] }`
    })
    .join('\n')
}
