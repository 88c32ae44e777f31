import { z } from 'zod'
import type { Detector } from './kinds.ts'
import { find } from './matching.ts'

const four = /(?<![\p{L}\p{N}_]|[\p{N}][.-])\d{1,3}(?:\.\d{1,3}){3}(?![\p{L}\p{N}]|[.-]\p{N})/gu
const six = /(?<![\p{L}\p{N}:.])[0-9a-f]{1,4}(?::{1,2}[0-9a-f]{1,4}){2,7}(?:::)?(?![\p{L}\p{N}:.])/giu
const version =
  /(?:v|ver|version|release|build|firmware|chapter|section|kapitel|manual|update|driver)[\p{L} .:#]{0,12}$/iu
/** Not routed on the Internet (RFC 6890), hence nobody's: private, loopback, link-local, documentation, multicast. */
const nobodys =
  /^(?:0|10|127|22[4-9]|23\d|24\d|25\d|169\.254|192\.168|172\.(?:1[6-9]|2\d|3[01])|192\.0\.2|198\.51\.100|203\.0\.113)\./
const nobodysSix = /^(?:fe[89ab]|f[cd]|ff|0{0,4}:|2001:0?db8:)/i

/** Public IP addresses. Four small numbers alone are a version or a chapter. */
export const ips: Detector = function* (text) {
  yield* find('ip', four, text, (found, at) => {
    const octets = found.split('.')
    const digits = octets.join('').length
    if (octets.some(octet => Number(octet) > 255 || /^0\d/.test(octet)) || nobodys.test(found)) return false
    return digits >= 8 && !version.test(text.slice(Math.max(0, at - 24), at))
  })
  if (/:[0-9a-f]{0,4}:/i.test(text))
    yield* find(
      'ip',
      six,
      text,
      found => found.length > 8 && !nobodysSix.test(found) && z.ipv6().safeParse(found).success,
    )
}
