import type { Interval } from '#statistics/intervals.ts'
import { type Html, html } from './html.ts'

/** A table cell; numbers are aligned to the right. */
export type Cell = Html | string | number

export function table(head: readonly string[], rows: readonly (readonly Cell[])[]): Html {
  if (rows.length === 0) return html`<p class="dim">none yet</p>`
  const cell = (content: Cell): Html =>
    typeof content === 'number' ? html`<td class="n">${decimal(content)}</td>` : html`<td>${content}</td>`
  return html`<table><tr>${head.map(title => html`<th>${title}</th>`)}</tr>
    ${rows.map(row => html`<tr>${row.map(cell)}</tr>`)}</table>`
}

export const decimal = (value: number): string => value.toLocaleString('en-US', { maximumFractionDigits: 1 })
export const percent = (share: number): string => `${(100 * share).toFixed(1)}%`
export const percentagePoints = (difference: number): string =>
  `${difference < 0 ? '−' : '+'}${(100 * Math.abs(difference)).toFixed(1)} pp`
export const interval = (range: Interval | null, shown: (value: number) => string = percent): string =>
  range ? `[${shown(range.lower)}, ${shown(range.upper)}]` : '[interval unknown]'
export const shortDigest = (digest: string): Html => html`<code title="${digest}">${digest.slice(0, 10)}</code>`
/** UTC. Systems that write to topics directly may send a time outside the calendar. */
export const time = (at: number): string =>
  Math.abs(at) <= 8.64e15 ? new Date(at).toISOString().slice(0, 19).replace('T', ' ') : 'unknown'
