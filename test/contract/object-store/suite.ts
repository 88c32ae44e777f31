import { createHash, randomBytes } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import { canonicalJson } from '#runtime/core/identity.ts'
import { getJson, putJson, type StoredObject, type SweepableStore } from '#runtime/objects/object-store.ts'

const sha256 = (content: Uint8Array): string => createHash('sha256').update(content).digest('hex')

type TestedStore = {
  readonly open: () => Promise<SweepableStore> | SweepableStore
  /** Makes an object so old, also in the trash. */
  readonly setAge: (digest: string, hours: number) => void | Promise<void>
}

const inAnHour = (): number => Date.now() + 3_600_000

/** What every object store promises. Objects are named by content, so tests may share a store. */
export function objectStoreContract(name: string, { open, setAge }: TestedStore): void {
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

    describe('its garbage collection', () => {
      /** A new object, and how it is listed. */
      const putOne = async () => {
        const store = await open()
        const content = randomBytes(1_000)
        const digest = await store.put(content)
        const listed = async (): Promise<readonly StoredObject[]> =>
          (await Array.fromAsync(store.list())).filter(object => object.digest === digest)
        const hours = async (): Promise<readonly number[]> =>
          (await listed()).map(({ since }) => Math.round((Date.now() - since) / 3_600_000))
        return { store, content, digest, listed, hours }
      }

      test('lists an object with its size and age', async () => {
        const { digest, listed, hours } = await putOne()
        expect(await listed()).toEqual([{ digest, bytes: 1_000, since: expect.any(Number), inTrash: false }])
        expect(await hours()).toEqual([0])
        await setAge(digest, 30)
        expect(await hours()).toEqual([30])
      })

      test('an object that is put again is young again', async () => {
        const { store, content, digest, hours } = await putOne()
        await setAge(digest, 30)
        await store.put(content)
        expect(await hours()).toEqual([0])
      })

      test('what is in the trash is young there, and read and found as before', async () => {
        const { store, content, digest, listed, hours } = await putOne()
        await setAge(digest, 30)
        await store.moveToTrash(digest)
        expect(await listed()).toMatchObject([{ inTrash: true, bytes: 1_000 }])
        expect(await hours()).toEqual([0])
        expect(Buffer.from(await store.get(digest)).equals(content)).toBe(true)
        expect(await store.has(digest)).toBe(true)
      })

      test('what is put again leaves a copy in the trash, and is not deleted with it', async () => {
        const { store, content, digest, listed } = await putOne()
        await store.moveToTrash(digest)
        await store.put(content)
        expect((await listed()).map(({ inTrash }) => inTrash)).toEqual([false, true])
        await store.deleteFromTrash(digest, inAnHour())
        expect(await listed()).toMatchObject([{ inTrash: false }])
        expect(await store.has(digest)).toBe(true)
      })

      test('what is restored from the trash is young, and what is deleted from it is gone, unless it is young there', async () => {
        const { store, digest, listed, hours } = await putOne()
        await store.moveToTrash(digest)
        await setAge(digest, 30)
        await store.restoreFromTrash(digest)
        expect(await listed()).toMatchObject([{ inTrash: false }])
        expect(await hours()).toEqual([0])
        await store.moveToTrash(digest)
        await store.deleteFromTrash(digest, Date.now() - 3_600_000)
        expect(await store.has(digest)).toBe(true)
        await store.deleteFromTrash(digest, inAnHour())
        expect(await listed()).toEqual([])
        expect(await store.has(digest)).toBe(false)
      })

      test('moves and deletes nothing that is not there', async () => {
        const store = await open()
        const absent = sha256(randomBytes(32))
        await store.moveToTrash(absent)
        await store.restoreFromTrash(absent)
        await store.deleteFromTrash(absent, inAnHour())
        expect(await store.has(absent)).toBe(false)
      })
    })
  })
}
