import type { Page } from 'playwright-core'
import { afterAll, expect, onTestFinished } from 'vitest'
import { openBrowser } from '#test/support/servers/browser.ts'
import type { openDesk } from '#test/unit/services/annotation/desk.ts'
import { sample } from '#test/unit/services/annotation/events.ts'

export const browser = await openBrowser('the review page in a browser')
afterAll(() => browser?.close())

export const samples = (count: number) =>
  Array.from({ length: count }, (_none, at) => sample({ id: `s${at}`, question: `question ${at}`, value: count - at }))

/** The page in a browser of its own, opened as a reviewer would: nothing but keys from here on. */
export async function opened(url: string, key?: string): Promise<Page> {
  if (!browser) throw new Error('no browser')
  const context = await browser.newContext()
  onTestFinished(() => context.close())
  const page = await context.newPage()
  const elsewhere: string[] = []
  page.on('request', request => void (request.url().startsWith(url) || elsewhere.push(request.url())))
  onTestFinished(() => expect(elsewhere).toEqual([]))
  await page.goto(`${url}/review`)
  if (key !== undefined) {
    await page.waitForSelector('#key:focus')
    await page.keyboard.type(key)
    await page.keyboard.press('Enter')
  }
  return page
}

/** Names the reviewer and starts. */
export async function started(url: string, name: string): Promise<Page> {
  const page = await opened(url)
  await page.waitForSelector('#reviewer:focus')
  await page.keyboard.type(name)
  await page.keyboard.press('Enter')
  return page
}

export const shownIn = async (page: Page): Promise<string> =>
  (await page.locator('#conversation .user div').last().textContent()) ?? ''
export const waitsFor = (page: Page, question: string) =>
  page.waitForSelector(`#conversation li:has-text("${question}")`)
export const listening = async (desk: ReturnType<typeof openDesk>) => desk.app.listen({ host: '127.0.0.1', port: 0 })
