import { expect, test } from 'vitest'
import { html } from '#services/console/page/html.ts'

const attack = `"><script>alert('x')</script><img src=x onerror=alert(1)>&`

test('every value is escaped; only what the template made stays markup', () => {
  const inner = html`<b>${'<i>'}</b>`
  expect(html`<p title="${attack}">${inner}${[inner, inner]}${7}</p>`.markup).toBe(
    '<p title="&quot;&gt;&lt;script&gt;alert(&#39;x&#39;)&lt;/script&gt;&lt;img src=x onerror=alert(1)&gt;&amp;">' +
      '<b>&lt;i&gt;</b><b>&lt;i&gt;</b><b>&lt;i&gt;</b>7</p>',
  )
})
