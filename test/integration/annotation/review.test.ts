import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { digest } from '#runtime/core/identity.ts'
import { planOf, userMessage } from '#test/support/data/turns.ts'
import { temporaryFolder } from '#test/support/folder.ts'
import { waitUntil } from '#test/support/wait-until.ts'
import { openDesk } from '#test/unit/services/annotation/desk.ts'
import { asked, isReview, review, run, sample } from '#test/unit/services/annotation/events.ts'
import { browser, listening, opened, samples, shownIn, started, waitsFor } from './page.ts'

describe.skipIf(!browser)('the review page', () => {
  test('the next item does not wait for the last one to be sent, and what cannot be sent comes back as it was written', async () => {
    const desk = openDesk({ samples: samples(3), facts: asked(1), isLive: true })
    const page = await started(await listening(desk), 'ann')
    await waitsFor(page, 'question 0')
    const { promise: held, resolve: release } = Promise.withResolvers<void>()
    await page.route('**/v1/reviews', async route => {
      await held
      await route.fulfill({ status: 503, json: { error: { code: 'unavailable', message: 'Try again in a moment' } } })
    })
    await page.keyboard.press('w')
    await page.keyboard.type('holdings')
    await page.keyboard.press('Tab')
    await page.keyboard.type('AAPL')
    await page.keyboard.press('Control+Enter')
    await waitsFor(page, 'question 1')
    await page.fill('#notes', 'half a thought')
    release()
    await page.waitForSelector('#problem:has-text("Try again in a moment")')
    const tool = await page.inputValue('#calls input')
    expect([await shownIn(page), tool, await page.isChecked('#wrong')]).toEqual(['question 0', 'holdings', true])
    await page.unroute('**/v1/reviews')
    await page.keyboard.press('Control+Enter')
    await waitsFor(page, 'question 1')
    expect(await page.inputValue('#notes')).toBe('half a thought')
    await waitUntil('it is gold', () => desk.emitted.length === 1)
  })

  test('chat text stays text, and nothing can turn it into markup', async () => {
    const hostile = '<img src=x onerror="document.title=1"><script>document.title=2</script>'
    const plan = planOf('holdings', hostile)
    const desk = openDesk({
      samples: [sample({ question: hostile, earlier: [userMessage(hostile)], plan, answer: hostile })],
    })
    const page = await started(await listening(desk), 'ann')
    await page.waitForSelector('#right:focus')
    expect(await shownIn(page)).toBe(hostile)
    expect(await page.locator('main img, main script').count()).toBe(0)
    expect(await page.title()).toBe('Review')
    const inserted = page.evaluate(`document.body.innerHTML = ${JSON.stringify(hostile)}`)
    await expect(inserted).rejects.toThrow(/TrustedHTML/)
  })

  test('a key is asked for, its owner is known by it, and an adjudicator sees both reviews', async () => {
    const file = join(temporaryFolder(), 'keys.json')
    writeFileSync(
      file,
      JSON.stringify([{ name: 'dan', sha256: digest('the key of dan'), scopes: ['review', 'adjudicate'] }]),
    )
    const environment = { FLYWHEEL_API_KEY: 'the key of the wheel', FLYWHEEL_API_KEYS: file }
    const desk = openDesk({ samples: samples(1), environment, isLive: true })
    const said = (who: string, tool: string) => isReview(review(who, tool, { sampleId: 's0', notes: `${who} is sure` }))
    run([said('p', 'quote'), said('q', 'holdings')], asked(2), desk.state)
    const url = await listening(desk)
    const stranger = await opened(url, 'a guess')
    await stranger.waitForSelector('#problem:has-text("Send the API key")')
    const page = await opened(url, 'the key of dan')
    await page.waitForSelector('#reviewer:focus')
    expect(await page.inputValue('#reviewer')).toBe('dan')
    for (const key of ['Tab', 'Tab', 'a', 'Tab', 'Enter']) await page.keyboard.press(key)
    await waitsFor(page, 'question 0')
    const reviews = await page.locator('#said li').allTextContents()
    expect(reviews.map(text => text.split(' · '))).toEqual([
      ['p', 'wrong', 'quote argument by p', 'p is sure'],
      ['q', 'wrong', 'holdings argument by q', 'q is sure'],
    ])
    await page.keyboard.press('w')
    await page.keyboard.type('holdings')
    await page.keyboard.press('Tab')
    await page.keyboard.type('AAPL')
    await page.keyboard.press('Control+Enter')
    await waitUntil('it is settled', () => desk.emitted.length === 1)
    expect(desk.emitted[0]?.event).toMatchObject({ adjudicator: 'dan', calls: [{ tool: 'holdings' }] })
  })

  test('every control has a name, the focus goes down the form, and problems are announced where they are', async () => {
    const desk = openDesk({ samples: samples(1) })
    const page = await started(await listening(desk), 'ann')
    await page.waitForSelector('#right:focus')
    const focused = () => page.evaluate('document.activeElement.id || document.activeElement.textContent')
    const order: unknown[] = []
    for (let at = 0; at < 8; at++) {
      order.push(await focused())
      await page.keyboard.press('Tab')
    }
    const call = [expect.stringMatching(/-tool$/), expect.stringMatching(/-text$/), 'Remove', 'Earlier']
    expect(order).toEqual(['right', ...call, 'add-call', 'no-tool', 'answer'])
    const unnamed = `[...document.querySelectorAll('input, select, textarea')].filter(({ labels }) => labels.length !== 1).map(({ id }) => id)`
    expect(await page.evaluate(unnamed)).toEqual([])
    await page.focus('#right')
    await page.keyboard.press('Control+Enter')
    await page.waitForSelector('[role=alert]:has-text("Say whether the agent was right")')
    expect(await focused()).toBe('right')
    await page.keyboard.press('w')
    await page.keyboard.type('o')
    await page.keyboard.press('Enter')
    await page.waitForSelector('[role=alert]:has-text("more than one")')
    expect(await focused()).toMatch(/-tool$/)
    expect(desk.appended).toEqual([])
  })
})
