import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { cpus } from 'node:os'

/** The versions that were measured. */
export function versions(): Readonly<Record<string, string>> {
  const java = execFileSync('java', ['--version'], { encoding: 'utf8' }).split('\n')[0] ?? ''
  const require = createRequire(import.meta.url)
  return {
    cpu: `${cpus().length} x ${cpus()[0]?.model}`,
    node: process.version,
    java,
    kafka: versionIn('../../support/kafka/pom.xml', /<kafka.version>([^<]+)/),
    kafkaStreams: versionIn('./peers/pom.xml', /kafka-streams<\/artifactId><version>([^<]+)/),
    kafkajs: require('kafkajs/package.json').version,
    avsc: require('avsc/package.json').version,
  }
}

const versionIn = (file: string, pattern: RegExp): string =>
  pattern.exec(readFileSync(new URL(file, import.meta.url), 'utf8'))?.[1] ?? 'unknown'
