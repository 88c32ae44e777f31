import { z } from 'zod'
import type { Detector } from '../engine/kinds.ts'
import { findMatches, textBefore } from '../engine/matching.ts'

const ipv4 = /(?<![\p{L}\p{N}_]|[\p{N}][.-])\d{1,3}(?:\.\d{1,3}){3}(?![\p{L}\p{N}]|[.-]\p{N})/gu
const ipv6 = /(?<![\p{L}\p{N}:.])[0-9a-f]{1,4}(?::{1,2}[0-9a-f]{1,4}){2,7}(?:::)?(?![\p{L}\p{N}:.])/giu
const versionLabel =
  /(?:v|ver|version|release|build|firmware|chapter|section|kapitel|manual|update|driver)[\p{L} .:#]{0,12}$/iu
/** Not routed on the Internet (RFC 6890): private, loopback, link-local, documentation, multicast. They identify nobody. */
const reservedIpv4 =
  /^(?:0|10|127|22[4-9]|23\d|24\d|25\d|169\.254|192\.168|172\.(?:1[6-9]|2\d|3[01])|192\.0\.2|198\.51\.100|203\.0\.113)\./
const reservedIpv6 = /^(?:fe[89ab]|f[cd]|ff|0{0,4}:|2001:0?db8:)/i

/** Public IP addresses. Four small numbers are taken for a version or a chapter. */
export const ipAddresses: Detector = function* (text) {
  yield* findMatches('ip', ipv4, text, (found, start) => {
    const octets = found.split('.')
    const digits = octets.join('').length
    if (octets.some(octet => Number(octet) > 255 || /^0\d/.test(octet)) || reservedIpv4.test(found)) return false
    return digits >= 8 && !versionLabel.test(textBefore(text, start, 24))
  })
  if (/:[0-9a-f]{0,4}:/i.test(text))
    yield* findMatches(
      'ip',
      ipv6,
      text,
      found => found.length > 8 && !reservedIpv6.test(found) && z.ipv6().safeParse(found).success,
    )
}
