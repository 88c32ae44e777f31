import { createHash, randomBytes } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import { canonicalJson } from '#runtime/core/identity.ts'
import { getJson, type ObjectStore, putJson } from '#runtime/objects/object-store.ts'

const sha256 = (content: Uint8Array): string => createHash('sha256').update(content).digest('hex')

/** What every object store promises. Objects are named by content, so tests may share a store. */
export function objectStoreContract(name: string, open: () => Promise<ObjectStore> | ObjectStore): void {
  describe(name, { timeout: 30_000 }, () => {
    test.each([
      ['nothing', Buffer.alloc(0)],
      ['bytes that are no text', randomBytes(1_000)],
      ['text', Buffer.from('Grüße\n')],
      ['much', randomBytes(6_000_000)],
    ])('keeps %s under its SHA-256', async (_what, content) => {
      const store = await open()
      const digest = await store.put(content)
      expect(digest).toBe(sha256(content))
      expect(sha256(await store.get(digest))).toBe(digest)
      expect(await store.has(digest)).toBe(true)
    })

    test('takes the same content again, also at the same time', async () => {
      const store = await open()
      const content = randomBytes(100_000)
      const digests = await Promise.all(Array.from({ length: 8 }, () => store.put(content)))
      expect(new Set([...digests, await store.put(content)])).toEqual(new Set([sha256(content)]))
      expect(Buffer.from(await store.get(sha256(content))).equals(content)).toBe(true)
    })

    test('says what it does not have', async () => {
      const store = await open()
      const absent = sha256(randomBytes(32))
      expect(await store.has(absent)).toBe(false)
      await expect(store.get(absent)).rejects.toMatchObject({
        code: 'FLY_OBJECT',
        message: expect.stringContaining(absent),
      })
    })

    test.each(['', '../../etc/passwd', 'abc', 'A'.repeat(64), `${'a'.repeat(64)}/b`])(
      'takes %j for no digest',
      async notOne => {
        const store = await open()
        expect(await store.has(notOne)).toBe(false)
        await expect(store.get(notOne)).rejects.toMatchObject({ code: 'FLY_OBJECT' })
      },
    )

    test('keeps JSON', async () => {
      const store = await open()
      const value = { b: [1, null, 'ü'], a: randomBytes(8).toString('hex') }
      expect(await getJson(store, await putJson(store, canonicalJson(value)))).toEqual(value)
    })
  })
}
