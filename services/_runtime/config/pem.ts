import { createPrivateKey, X509Certificate } from 'node:crypto'
import { readFileSync } from 'node:fs'

type PemSetting = 'kafkaCa' | 'kafkaCert' | 'kafkaKey'

const parseCertificate = (pem: Buffer): X509Certificate => new X509Certificate(pem)

/** Problems with the configured PEM files, by setting. The messages do not quote the files' content. */
export function pemProblems(
  given: Readonly<Partial<Record<PemSetting, unknown>>>,
): readonly (readonly [PemSetting, string])[] {
  const problems: [PemSetting, string][] = []
  const read = <T>(name: PemSetting, what: string, parse: (pem: Buffer) => T): T | undefined => {
    const path = given[name]
    if (typeof path !== 'string') return undefined
    try {
      return parse(readFileSync(path))
    } catch (error) {
      const { code = '' } = error as { code?: string }
      const unreadable = /^E[A-Z]+$/.test(code)
      problems.push([name, unreadable ? `cannot read ${path} (${code})` : `${path} holds no ${what} in PEM (${code})`])
      return undefined
    }
  }
  read('kafkaCa', 'certificate', parseCertificate)
  const cert = read('kafkaCert', 'certificate', parseCertificate)
  const key = read('kafkaKey', 'private key without a passphrase', createPrivateKey)
  if (cert && key && !cert.checkPrivateKey(key)) problems.push(['kafkaKey', 'is not the key of FLYWHEEL_KAFKA_CERT'])
  return problems
}
