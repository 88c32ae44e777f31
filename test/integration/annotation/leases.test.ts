import { describe, expect, test } from 'vitest'
import { waitUntil } from '#test/support/wait-until.ts'
import { openDesk } from '#test/unit/services/annotation/desk.ts'
import { asked, isSample, run, sample } from '#test/unit/services/annotation/events.ts'
import { browser, listening, samples, shownIn, started, waitsFor } from './page.ts'

describe.skipIf(!browser)('leases of the review page', () => {
  test('two reviewers at once never get the same item', async () => {
    const desk = openDesk({ samples: samples(20), facts: asked(1), isLive: true })
    const url = await listening(desk)
    const seen: string[] = []
    const work = async (name: string): Promise<void> => {
      const page = await started(url, name)
      for (;;) {
        await page.waitForSelector('#right:focus, #status:has-text("Nothing to review")')
        if (await page.isHidden('#desk')) return
        const question = await shownIn(page)
        seen.push(question)
        await page.keyboard.press('r')
        await waitUntil(
          `${name} sees another item`,
          async () => (await page.isHidden('#desk')) || (await shownIn(page)) !== question,
        )
      }
    }
    await Promise.all(['ann', 'bob'].map(work))
    expect(seen.toSorted()).toEqual(
      samples(20)
        .map(({ question }) => question)
        .toSorted(),
    )
    expect(new Set(desk.emitted.flatMap(({ event }) => ('reviewers' in event ? event.reviewers : [])))).toEqual(
      new Set(['ann', 'bob']),
    )
  })

  test('the page says that nothing is left only when no request for more is under way', async () => {
    const desk = openDesk({ samples: samples(1), facts: asked(1), isLive: true })
    const page = await started(await listening(desk), 'ann')
    await waitsFor(page, 'question 0')
    const { promise: held, resolve: release } = Promise.withResolvers<void>()
    await page.route('**/v1/queue/lease', async route => {
      await held
      await route.continue()
    })
    await page.keyboard.press('r')
    await page.waitForSelector('#status:has-text("Loading the next item")')
    run([isSample(sample({ id: 'later', question: 'later question' }))], asked(1), desk.state)
    release()
    await waitsFor(page, 'later question')
  })

  test('what a reviewer held is free as soon as the page is left', async () => {
    const desk = openDesk({ samples: samples(2), facts: asked(1), isLive: true })
    const url = await listening(desk)
    const page = await started(url, 'ann')
    await waitsFor(page, 'question 0')
    await page.goto('about:blank')
    await waitUntil('it is given back', async () => {
      const { leased } = (await desk.app.inject('/v1/queue?agent=desk')).json()
      return leased === 0
    })
    await waitsFor(await started(url, 'bob'), 'question 0')
  })

  test('a lease expires and its item returns to the queue', async () => {
    const desk = openDesk({ samples: samples(1), isLive: true })
    const url = await listening(desk)
    await waitsFor(await started(url, 'ann'), 'question 0')
    const late = await started(url, 'bob')
    await late.waitForSelector('#status:has-text("Nothing to review")')
    desk.clock.at += 10 * 60_000
    await waitsFor(late, 'question 0')
  })
})
