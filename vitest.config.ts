import { defineConfig } from 'vitest/config'

const named = (name: string, folders: readonly string[], seconds: number) => ({
  test: {
    name,
    include: folders.map(folder => `test/${folder}/**/*.test.ts`),
    pool: 'forks' as const,
    testTimeout: seconds * 1000,
    hookTimeout: seconds * 1000,
    sequence: { shuffle: { files: false, tests: true } },
  },
})

/**
 * Two kinds of tests: those that need nothing running, and those that talk to a log, a registry or whole processes, which
 * may wait longer. The global set-up starts a broker only when a test file asks for it.
 */
export default defineConfig({
  test: {
    globalSetup: 'test/support/servers/global-setup.ts',
    maxWorkers: '100%',
    projects: [
      named('pure', ['unit', 'property', 'house'], 60),
      named('parts', ['contract', 'integration', 'journey', 'chaos'], 300),
    ],
  },
})
