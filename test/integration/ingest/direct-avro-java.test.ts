import { execFile } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { expect, test } from 'vitest'
import { temporaryFolder } from '#test/support/folder.ts'
import { fetchWithMaven } from '#test/support/servers/java.ts'
import { skip } from '#test/support/skip.ts'

const exec = promisify(execFile)
const [, program = ''] = /^```java\n(.+?)^```$/ms.exec(readFileSync('services/ingest/README.md', 'utf8')) ?? []

const jar = async (artifact: string): Promise<string> => {
  const folder = await fetchWithMaven(artifact.replaceAll(':', '-'), into => [
    'dependency:copy',
    `-Dartifact=${artifact}`,
    `-DoutputDirectory=${into}`,
  ])
  return join(folder, '*')
}
const libraries = await exec('javac', ['-version'])
  .then(() => Promise.all(['org.apache.avro:avro:1.12.1', 'org.apache.kafka:kafka-clients:4.3.1'].map(jar)))
  .catch(error => skip('the Java example of ingest', `javac and Maven are needed: ${String(error).slice(0, 300)}`))

/** Compiled only: Confluent's serializer, which it names, is not on Maven Central. */
test.skipIf(!libraries)('the README’s Java example compiles', async () => {
  const file = join(temporaryFolder(), 'LogTurn.java')
  writeFileSync(file, program)
  const { stderr } = await exec('javac', ['-proc:none', '-cp', (libraries ?? []).join(':'), file])
  expect(stderr).toBe('')
})
