import { mkdirSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { itemsOf } from '#services/annotation/state.ts'
import { call, planOf, stepOf } from '#test/support/data/turns.ts'
import { waitUntil } from '#test/support/wait-until.ts'
import { openDesk } from '#test/unit/services/annotation/desk.ts'
import { asked, sample } from '#test/unit/services/annotation/events.ts'
import { browser, listening, shownIn, started, waitsFor } from './page.ts'

const screenshots = 'coverage/review-page'
mkdirSync(screenshots, { recursive: true })

const catalogue = [
  {
    name: 'book_flight',
    description: 'Books a flight.',
    argumentSchema: JSON.stringify({
      type: 'object',
      properties: {
        flight: { type: 'string', pattern: '^[A-Z]{2}\\d+$' },
        seats: { type: 'integer', minimum: 1 },
        cabin: { enum: ['economy', 'business'] },
      },
      required: ['flight'],
      additionalProperties: false,
    }),
  },
  {
    name: 'find_flights',
    description: 'Finds flights.',
    argumentSchema:
      '{"type":"object","properties":{"city":{"type":"string"},"seats":{"type":"integer"}},"required":["city"]}',
  },
]
const found = stepOf([call('find_flights', '{"city":"Rome"}', 'c1')], {
  text: 'I look for flights.',
  results: [{ callId: 'c1', text: 'SB1, SB2', isError: null }],
})
const booked = '{"flight":"SB1","seats":9007199254740993}'
const items = (count: number) =>
  Array.from({ length: count }, (_none, at) =>
    sample({
      // The most valuable is the oldest: the queue gives both kinds.
      ...{ id: `s${at}`, question: `question ${at}`, value: count - at, at: at + 1, step: 1 },
      ...{ steps: [found, stepOf([call('book_flight', booked)])], plan: planOf('book_flight', booked) },
    }),
  )
const opened = async (count: number) => {
  const desk = openDesk({ samples: items(count), facts: asked(1), isLive: true, catalogue })
  const page = await started(await listening(desk), 'ann')
  await waitsFor(page, 'question 0')
  return { desk, page }
}

describe.skipIf(!browser)('calls on the review page', () => {
  test('twenty items of several steps are done by keyboard alone, with arguments edited and checked', async () => {
    const { desk, page } = await opened(20)
    const press = async (...keys: string[]): Promise<void> => {
      for (const key of keys) await page.keyboard.press(key)
    }
    await page.screenshot({ path: `${screenshots}/item.png`, fullPage: true })
    for (let at = 0; at < 20; at++) {
      await waitsFor(page, `question ${at}`)
      await page.waitForSelector('#right:focus')
      if (at % 4 === 0) await press('r')
      if (at % 4 === 1) {
        await press('w', 'Tab', 'Control+A')
        await page.keyboard.type('one')
        await page.waitForSelector('.fault:has-text("pattern")')
        if (at === 1) await page.screenshot({ path: `${screenshots}/fault.png`, fullPage: true })
        await press('Control+A')
        await page.keyboard.type(`SB${at}`)
        await press('Tab', 'Tab')
        await page.keyboard.type('business')
        await press('Control+Enter')
      }
      if (at % 4 === 2) {
        await press('w')
        await page.keyboard.type('find')
        await press('Tab')
        await page.keyboard.type('Oslo')
        await press('Control+Enter')
      }
      if (at % 4 === 3) await press('u', 'Control+Enter')
    }
    await page.waitForSelector('#status:has-text("Nothing to review, 20 done")')
    await waitUntil('all reviews came', () => [...desk.state.entries(itemsOf('desk'))].length === 5)
    const gold = desk.emitted.map(({ event }) => event)
    expect(gold).toHaveLength(15)
    expect(gold.slice(0, 3)).toMatchObject([
      { sampleId: 's0', step: 1, verdict: 'right', calls: [{ tool: 'book_flight', arguments: booked }] },
      {
        ...{ sampleId: 's1', verdict: 'wrong' },
        calls: [{ arguments: '{"flight":"SB1","seats":9007199254740993,"cabin":"business"}' }],
      },
      {
        ...{ sampleId: 's2', verdict: 'wrong' },
        calls: [{ tool: 'find_flights', arguments: '{"city":"Oslo","seats":9007199254740993}' }],
      },
    ])
  })

  test('the chat has roles, calls laid out by their schema, and results folded', async () => {
    const { page } = await opened(1)
    const roles = await page.evaluate("[...document.querySelectorAll('#conversation li')].map(one => one.className)")
    expect(roles).toEqual(['user', 'assistant', 'tool'])
    expect(await page.textContent('#conversation .assistant .call dt')).toBe('city')
    expect(await page.textContent('#conversation .tool summary')).toBe('result of find_flights')
    expect(await page.isVisible('#conversation .tool pre')).toBe(false)
    expect(await page.textContent('#did .call dd:last-child')).toBe('9007199254740993')
  })

  test('contradictions are refused: right with an edit, wrong with nothing changed', async () => {
    const { desk, page } = await opened(1)
    await page.fill('#calls [id$=-flight]', 'SB2')
    await page.focus('#right')
    await page.keyboard.press('r')
    await page.waitForSelector('[role=alert]:has-text("You changed the calls")')
    await page.click('#take-back')
    expect(await page.inputValue('#calls [id$=-flight]')).toBe('SB1')
    await page.check('#wrong')
    await page.keyboard.press('Control+Enter')
    await page.waitForSelector('[role=alert]:has-text("nothing is changed")')
    expect(desk.emitted).toEqual([])
  })

  test('an argument of the tool before is cleared, and said so; without asking again nothing is sent', async () => {
    const { desk, page } = await opened(1)
    await page.keyboard.press('w')
    await page.keyboard.type('find')
    await page.keyboard.press('Control+Enter')
    await page.waitForSelector('[role=alert]:has-text("Check the arguments of find_flights")')
    expect(await page.textContent('#status')).toContain('find_flights has no such argument: flight')
    await page.keyboard.press('Control+Enter')
    await page.waitForSelector('.fault:has-text("city")')
    expect(desk.emitted).toEqual([])
  })

  test('calls are added, put earlier and removed, and no tool is an answer', async () => {
    const { desk, page } = await opened(2)
    await page.keyboard.press('w')
    await page.click('#add-call')
    await page.keyboard.type('find')
    await page.keyboard.press('Tab')
    await page.keyboard.type('Oslo')
    await page.click('#calls fieldset:last-child button:has-text("Earlier")')
    await page.keyboard.press('Control+Enter')
    await waitsFor(page, 'question 1')
    await page.keyboard.press('w')
    await page.click('#no-tool')
    expect(await page.isVisible('#no-calls')).toBe(true)
    await page.keyboard.press('Control+Enter')
    await waitUntil('both are gold', () => desk.emitted.length === 2)
    expect(desk.emitted.map(({ event }) => event)).toMatchObject([
      {
        calls: [
          { tool: 'find_flights', arguments: '{"city":"Oslo"}' },
          { tool: 'book_flight', arguments: booked },
        ],
      },
      { calls: [] },
    ])
  })

  test('the last review can be taken back until it is sent, and an item can be skipped with a reason', async () => {
    const { desk, page } = await opened(3)
    await page.keyboard.press('r')
    await waitsFor(page, 'question 1')
    await page.keyboard.press('z')
    await waitsFor(page, 'question 0')
    expect(await page.isChecked('#right')).toBe(true)
    await page.keyboard.press('s')
    await page.keyboard.type('it is not my')
    await page.keyboard.press('Tab')
    await page.keyboard.press('Enter')
    await waitsFor(page, 'question 1')
    expect(await shownIn(page)).toBe('question 1')
    expect(await page.textContent('#status')).toContain('0 done, 2 left')
    expect((await desk.app.inject('/v1/queue?agent=desk')).json()).toMatchObject({ skipped: { expertise: 1 } })
    expect(desk.emitted).toEqual([])
  })
})
