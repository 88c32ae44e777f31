import type { Detector } from '../engine/kinds.ts'
import { findMatches } from '../engine/matching.ts'

const rest = '[^\\s"\'`<>|\\0]'
/** `scheme://user:password@host/…`, whatever the scheme; a number after the colon is a port, unless a host follows it. */
const urlWithPassword = new RegExp(
  `(?<![a-z0-9+_.-])(?:jdbc:)?[a-z][a-z0-9+_.-]{1,30}://[^\\s"'\`<>:@/\\0]{0,80}:(?!\\d{1,5}[/?#])[^\\s"'\`<>\\0]{1,200}?@${rest}{2,500}`,
  'gi',
)
/** With the password among its parameters, as Java's drivers take it. */
const urlWithPasswordParameter =
  /(?<![a-z0-9+.:-])(?:jdbc:[a-z:]{2,30}|(?!https?|wss?)[a-z][a-z0-9+_.-]{1,30}):\/\/[^\s"'`<>\0]{1,200}?[?&;](?:password|pwd|pass)=[^\s"'`<>\0]{3,300}/gi
/** A token in place of user and password, as in Sentry's addresses. */
const tokenUrl = new RegExp(
  `(?<![a-z0-9+_.-])[a-z][a-z0-9+_.-]{1,30}://(?=[^\\s@/]{0,60}\\d)[\\w~.-]{20,200}@${rest}{2,500}`,
  'gi',
)
/** Oracle's `user/password@//host:1521/service`. */
const oracleConnection =
  /(?<![\w./-])(?:jdbc:oracle:\w+:)?[\w$#]{2,40}\/[^\s/@"'\0]{3,60}@(?=\/\/|[\w.-]{1,80}:\d{2,5}[:/])[\w./:-]{3,200}/g
const secretField =
  '(?:password|passwd|pass|pwd|accountkey|sharedaccesskey|sharedaccesssignature|accesskey|secret|client ?secret|api ?key|token)'
const settingName = '[A-Za-z][A-Za-z_ ]{1,30}'
/** `Server=…;Database=…;User Id=…;Password=…;` of .NET, ODBC and Azure. */
const semicolonSettings = new RegExp(
  `(?<![\\w;])(?:${settingName}=(?:\\{[^{}\\n]{0,80}\\}|[^;\\n"'{}\\0]{0,300});[ ]?){1,20}(?:${settingName}=[^;\\s"'\\0]{1,300})?;?`,
  'g',
)
const hasSecret = new RegExp(`(?:^|;[ ]?)${secretField}=[^;\\s]{3}`, 'i')
const serverSetting =
  /(?:^|;[ ]?)(?:server|data source|host|addr|address|endpoint|driver|dsn|accountname|defaultendpointsprotocol|blobendpoint)=/i
/** `host=… user=… password=…` of PostgreSQL's own clients. */
const libpqSettings =
  /(?<![\w=])(?:(?:host|hostaddr|dbname|port|user|sslmode)=[^\s"'\0]{1,100} ){2,8}(?:password|pass)=[^\s"'\0]{3,200}(?: \w{2,20}=[^\s"'\0]{1,100}){0,8}/g
/** A line of `.pgpass`: host, port, database, user, password. */
const pgpassLine = /(?<![\w.*:-])[\w.*-]{1,80}:(?:\d{2,5}|\*):[\w*-]{1,60}:[\w*-]{1,60}:(?!\d)[^\s:]{4,100}/g
/** Whoever has one of these addresses may write there. */
const webhookHosts =
  'discord(?:app)?\\.com/api/webhooks/\\d|hooks\\.slack\\.com/|hooks\\.zapier\\.com/|hook\\.[a-z0-9.]{0,12}make\\.com/|chat\\.googleapis\\.com/v1/spaces/|[\\w.-]{1,80}\\.webhook\\.office\\.com/|[\\w.-]{1,80}\\.logic\\.azure\\.com[:/]|outlook\\.office\\.com/webhook/|maker\\.ifttt\\.com/trigger/|oapi\\.dingtalk\\.com/robot/|qyapi\\.weixin\\.qq\\.com/cgi-bin/webhook/|open\\.feishu\\.cn/open-apis/bot/'
const webhook = new RegExp(`https?://(?:[a-z]{2,8}\\.)?(?:${webhookHosts})${rest}{8,500}`, 'gi')
const otpauthUrl = new RegExp(`otpauth(?:-migration)?://${rest}{8,500}`, 'gi')

/** Without the marks of the sentence around it. */
const withoutPunctuation = (found: string) => ({ from: 0, to: found.replace(/[.,;:!?)\]}]+$/, '').length })

/** Addresses and connection strings that carry their password: as a whole, since host and user say where it fits. */
export const connectionStrings: Detector = function* (text) {
  if (text.includes('://')) {
    yield* findMatches('secret', urlWithPassword, text, withoutPunctuation)
    yield* findMatches('secret', urlWithPasswordParameter, text, withoutPunctuation)
    yield* findMatches('secret', tokenUrl, text, withoutPunctuation)
    yield* findMatches('secret', webhook, text, withoutPunctuation)
    yield* findMatches('secret', otpauthUrl, text, withoutPunctuation)
  }
  if (text.includes('@')) yield* findMatches('secret', oracleConnection, text, withoutPunctuation)
  if (/:(?:\d{2,5}|\*):/.test(text)) yield* findMatches('secret', pgpassLine, text, withoutPunctuation)
  if (text.includes('=')) {
    yield* findMatches(
      'secret',
      semicolonSettings,
      text,
      found => hasSecret.test(found) && serverSetting.test(found) && withoutPunctuation(found),
    )
    yield* findMatches('secret', libpqSettings, text)
  }
}
