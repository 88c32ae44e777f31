import { serviceDefinitions, serviceNames } from './definitions.ts'

/** The default of FLYWHEEL_PORT. A container listens on it plus the map's port, and publishes the same port on loopback. */
const basePort = 8600

/** The containers of the services for docker-compose.yml, which defines the anchors they use. */
export function composeServices(): string {
  return serviceNames
    .map(name => {
      const port = basePort + serviceDefinitions[name].port
      return `  ${name}:
    <<: *service
    command: [node, services/${name}/main.ts]
    ports: ['127.0.0.1:${port}:${port}']
    healthcheck: { <<: *health, test: [CMD, node, -e, *ask, 'http://127.0.0.1:${port}/ready'] }`
    })
    .join('\n')
}
