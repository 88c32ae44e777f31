import type { Detector } from './kinds.ts'
import { find } from './matching.ts'

/** Prefixes that issuers give to keys and tokens so that they are found where they should not be. */
const issued = {
  aws: 'A(?:KIA|SIA|IDA|ROA|GPA)[A-Z0-9]{12,20}',
  github: 'gh[pousr]_[A-Za-z0-9]{16,255}|github_pat_\\w{20,255}',
  gitlab: 'gl(?:pat|ptt|cbt|rt|dt|soat)-[\\w-]{16,64}',
  slack: '(?:xoxe\\.)?xox[abeoprs]-[A-Za-z0-9-]{10,255}|xapp-[A-Za-z0-9-]{10,255}',
  webhook: 'T[A-Z0-9]{6,12}/B[A-Z0-9]{6,12}/[A-Za-z0-9]{16,32}',
  stripe: '(?:sk|rk|pk)_(?:live|test)_[A-Za-z0-9]{8,255}|whsec_[A-Za-z0-9+/=]{16,255}',
  google: 'AIza[\\w-]{30,45}|ya29\\.[\\w-]{20,255}|GOCSPX-[\\w-]{20,40}',
  openai: 'sk-(?:proj|svcacct|admin)-[\\w-]{8,255}|sk-(?=[A-Za-z-]{0,20}\\d)[\\w-]{16,255}',
  anthropic: 'sk-ant-[\\w-]{8,255}',
  models: 'gsk_\\w{20,255}|xai-\\w{20,255}|hf_[A-Za-z0-9]{16,64}|r8_[A-Za-z0-9]{20,64}|pplx-\\w{20,64}',
  packages: 'npm_[A-Za-z0-9]{20,64}|pypi-[\\w-]{20,255}',
  mail: 'SG\\.[\\w-]{16,32}\\.[\\w-]{16,64}|key-[0-9a-f]{32}',
  twilio: '(?:AC|SK)[0-9a-f]{32}',
  telegram: '\\d{8,10}:AA[\\w-]{32,36}',
  discord: '[MN][A-Za-z0-9]{22,26}\\.[\\w-]{6}\\.[\\w-]{27,40}',
  shops: 'shp(?:at|ss|ca|pa)_[0-9a-fA-F]{20,64}|sq0(?:atp|csp)-[\\w-]{20,64}',
  others: 'EAA[A-Za-z0-9]{30,255}|dop_v1_[0-9a-f]{32,64}|lin_api_\\w{20,64}|hvs\\.[\\w-]{20,255}',
  age: 'AGE-SECRET-KEY-1[0-9A-Z]{50,64}',
  // JSON Web Tokens (RFC 7519)
  jwt: 'eyJ[\\w-]{8,2000}\\.[\\w-]{2,6000}(?:\\.[\\w-]{0,2000})?',
}
const token = new RegExp(`(?<![A-Za-z0-9])(?:${Object.values(issued).join('|')})`, 'g')
/** Shorter than any of them no word is. */
const long = /\b[\w./:-]{16}/
/** As random as a key: no word, digest or number mixes capitals, small letters and digits over that length. */
const random = /(?<![\w+/=.-])(?=[\w+/-]{0,40}\d)[A-Za-z0-9_-][\w+/-]{31,127}={0,2}(?![\w+/=-])/g
const privateKey =
  /-----BEGIN [A-Z0-9 ]{0,40}PRIVATE KEY(?: BLOCK)?-----[^-]{0,16000}(?:-----END [A-Z0-9 ]{0,40}-----)?/g
/** The password in `-u user:password`, as command-line clients take it. */
const option = /(?<=\s(?:-u|--user)[ =]['"]?[^\s:'"]{1,80}:)[^\s'"]{3,200}/g
/** The password in `mysql -u user -ppassword`. */
const attached = /(?<=\bmysql\w{0,8}(?= )[^\n]{0,80}\s-p['"]?)[^\s'"]{3,200}/g
/** The password in `scheme://user:password@host`. */
const userInfo = /(?<=[a-z][a-z0-9+.-]{1,20}:\/\/[^\s:@/]{0,80}:)[^\s@/]{1,200}(?=@)/gi
/** Azure's connection strings, AWS's and Google's signed links. */
const parameter =
  /(?<=(?:AccountKey|SharedAccessKey|SharedAccessSignature|[?&]sig|X-Amz-Signature|X-Goog-Signature)=)[\w%+/=.-]{8,1000}/g

/** Keys, tokens and passwords that show by themselves what they are. */
export const secrets: Detector = function* (text) {
  if (long.test(text)) {
    yield* find('secret', token, text)
    yield* find('secret', random, text, isRandom)
  }
  if (text.includes('-----BEGIN')) yield* find('secret', privateKey, text)
  if (text.includes('://')) yield* find('secret', userInfo, text)
  if (/\s(?:-u|--user)[ =]/.test(text)) yield* find('secret', option, text)
  if (text.includes('mysql')) yield* find('secret', attached, text)
  if (text.includes('=')) yield* find('secret', parameter, text)
}

function isRandom(found: string): boolean {
  const counts = [/[a-z]/g, /[A-Z]/g, /\d/g].map(set => found.match(set)?.length ?? 0)
  // An AWS secret key: 40 characters of base64, few of which may be digits.
  if (found.length === 40 && /[/+]/.test(found)) return counts.every(count => count > 0)
  return (
    counts.every(count => count >= 3) && new Set(found).size >= 16 && !/[A-Za-z]{16}|\/\w{1,12}\/\w{1,12}\//.test(found)
  )
}
