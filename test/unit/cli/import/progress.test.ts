import { describe, expect, it } from 'vitest'
import { createProgressDisplay } from '#services/_cli/import/progress.ts'

describe('the progress display', () => {
  const lines = (isTTY: boolean, show: (progress: ReturnType<typeof createProgressDisplay>) => void) => {
    const written: string[] = []
    let time = 0
    show(createProgressDisplay({ isTTY, write: (text: string) => written.push(text) > 0 }, () => (time += 1000)))
    return written
  }
  it('is a bar in a terminal', () => {
    const written = lines(true, progress => {
      progress.showChecked(1)
      progress.showSent(500, 2000)
      progress.showSent(2000, 2000)
      progress.end()
    })
    expect(written).toEqual([
      '\r\u001b[2Kchecking: 1 rows',
      `\r\u001b[2K[${'#'.repeat(7)}${'.'.repeat(23)}] 25%  500 of 2,000 rows`,
      `\r\u001b[2K[${'#'.repeat(30)}] 100%  2,000 of 2,000 rows`,
      '\n',
    ])
  })

  it('is a line for each tenth elsewhere', () => {
    const written = lines(false, progress => {
      progress.showChecked(1)
      for (let row = 1; row <= 100; row++) progress.showSent(row * 10, 1000)
      progress.end('done')
    })
    expect(written).toHaveLength(11)
    expect(written[0]).toBe('sent 100 of 1,000 rows\n')
    expect(written[10]).toBe('done\n')
  })
})
