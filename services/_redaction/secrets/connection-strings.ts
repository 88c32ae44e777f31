import type { Detector } from '../engine/kinds.ts'
import { findMatches, withoutPunctuation } from '../engine/matching.ts'
import { secretSettings } from '../lexicon/secret-words.ts'

const rest = '[^\\s"\'`<>|\\0]'
/** `scheme://user:password@host/…` with any scheme. A number after the colon is a port, unless a host follows it. */
const urlWithPassword = new RegExp(
  `(?<![a-z0-9+_.-])(?:jdbc:)?[a-z][a-z0-9+_.-]{1,30}://[^\\s"'\`<>:@/\\0]{0,80}:(?!\\d{1,5}[/?#])[^\\s"'\`<>\\0]{1,200}?@${rest}{2,500}`,
  'gi',
)
/** With the password as a parameter, as in JDBC. */
const urlWithPasswordParameter =
  /(?<![a-z0-9+.:-])(?:jdbc:[a-z:]{2,30}|(?!https?|wss?)[a-z][a-z0-9+_.-]{1,30}):\/\/[^\s"'`<>\0]{1,200}?[?&;](?:password|pwd|pass)=[^\s"'`<>\0]{3,300}/gi
/** A token in place of user and password, as in Sentry's DSNs. */
const tokenUrl = new RegExp(
  `(?<![a-z0-9+_.-])[a-z][a-z0-9+_.-]{1,30}://(?=[^\\s@/]{0,60}\\d)[\\w~.-]{20,200}@${rest}{2,500}`,
  'gi',
)
/** Oracle's `user/password@//host:1521/service`. */
const oracleConnection =
  /(?<![\w./-])(?:jdbc:oracle:\w+:)?[\w$#]{2,40}\/[^\s/@"'\0]{3,60}@(?=\/\/|[\w.-]{1,80}:\d{2,5}[:/])[\w./:-]{3,200}/g
const settingName = '[A-Za-z][A-Za-z_ ]{1,30}'
/** `Server=…;Database=…;User Id=…;Password=…;` of .NET, ODBC and Azure. */
const semicolonSettings = new RegExp(
  `(?<![\\w;])(?:${settingName}=(?:\\{[^{}\\n]{0,80}\\}|[^;\\n"'{}\\0]{0,300});[ ]?){1,20}(?:${settingName}=[^;\\s"'\\0]{1,300})?;?`,
  'g',
)
const hasSecret = new RegExp(`(?:^|;[ ]?)(?:${secretSettings})=[^;\\s]{3}`, 'i')
const serverSetting =
  /(?:^|;[ ]?)(?:server|data source|host|addr|address|endpoint|driver|dsn|accountname|defaultendpointsprotocol|blobendpoint)=/i
/** `host=… user=… password=…` of PostgreSQL's libpq. */
const libpqSettings =
  /(?<![\w=])(?:(?:host|hostaddr|dbname|port|user|sslmode)=[^\s"'\0]{1,100} ){2,8}(?:password|pass)=[^\s"'\0]{3,200}(?: \w{2,20}=[^\s"'\0]{1,100}){0,8}/g
/** A line of `.pgpass`: host, port, database, user, password. */
const pgpassLine = /(?<![\w.*:-])[\w.*-]{1,80}:(?:\d{2,5}|\*):[\w*-]{1,60}:[\w*-]{1,60}:(?!\d)[^\s:]{4,100}/g
/** Webhooks: the address itself gives the right to post. */
const webhookHosts =
  'discord(?:app)?\\.com/api/webhooks/\\d|hooks\\.slack\\.com/|hooks\\.zapier\\.com/|hook\\.[a-z0-9.]{0,12}make\\.com/|chat\\.googleapis\\.com/v1/spaces/|[\\w.-]{1,80}\\.webhook\\.office\\.com/|[\\w.-]{1,80}\\.logic\\.azure\\.com[:/]|outlook\\.office\\.com/webhook/|maker\\.ifttt\\.com/trigger/|oapi\\.dingtalk\\.com/robot/|qyapi\\.weixin\\.qq\\.com/cgi-bin/webhook/|open\\.feishu\\.cn/open-apis/bot/'
const webhook = new RegExp(`https?://(?:[a-z]{2,8}\\.)?(?:${webhookHosts})${rest}{8,500}`, 'gi')
const otpauthUrl = new RegExp(`otpauth(?:-migration)?://${rest}{8,500}`, 'gi')

const withoutTrailingPunctuation = (found: string) => ({ from: 0, to: withoutPunctuation(found).length })

/** URLs and connection strings with a password. The whole string is redacted, since host and user say where the password is valid. */
export const connectionStrings: Detector = function* (text) {
  if (text.includes('://')) {
    yield* findMatches('secret', urlWithPassword, text, withoutTrailingPunctuation)
    yield* findMatches('secret', urlWithPasswordParameter, text, withoutTrailingPunctuation)
    yield* findMatches('secret', tokenUrl, text, withoutTrailingPunctuation)
    yield* findMatches('secret', webhook, text, withoutTrailingPunctuation)
    yield* findMatches('secret', otpauthUrl, text, withoutTrailingPunctuation)
  }
  if (text.includes('@')) yield* findMatches('secret', oracleConnection, text, withoutTrailingPunctuation)
  if (/:(?:\d{2,5}|\*):/.test(text)) yield* findMatches('secret', pgpassLine, text, withoutTrailingPunctuation)
  if (text.includes('=')) {
    yield* findMatches(
      'secret',
      semicolonSettings,
      text,
      found => hasSecret.test(found) && serverSetting.test(found) && withoutTrailingPunctuation(found),
    )
    yield* findMatches('secret', libpqSettings, text)
  }
}
