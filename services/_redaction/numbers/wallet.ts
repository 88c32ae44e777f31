import type { Detector } from '../engine/kinds.ts'
import { findMatches } from '../engine/matching.ts'

const walletAddress =
  /(?<![\p{L}\p{N}])(?:(?:bc1|ltc1|tb1)[02-9ac-hj-np-z]{25,62}|0x[0-9a-fA-F]{40}|[13T][1-9A-HJ-NP-Za-km-z]{25,33})(?![\p{L}\p{N}])/gu

/**
 * Addresses of Bitcoin, Litecoin, Ethereum and Tron. Letters after f, and both cases in Base58, distinguish them from digests and
 * tracking numbers.
 */
export const wallets: Detector = text =>
  findMatches(
    'wallet',
    walletAddress,
    text,
    found =>
      found.startsWith('0x') ||
      (/^(?:bc1|ltc1|tb1)/.test(found)
        ? /[g-z]/.test(found)
        : /[a-z]/.test(found) && /[A-Z]/.test(found) && !/[a-z]{7}/.test(found)),
  )
