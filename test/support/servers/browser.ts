import { execFile } from 'node:child_process'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { promisify } from 'node:util'
import { type Browser, chromium } from 'playwright-core'
import { skip } from '../skip.ts'
import { cachedFolder } from './cache.ts'

const exec = promisify(execFile)

/** A headless Chromium for Linux on x64 as an npm package. It has 66 MB, so it is installed once, when a test needs it, not by `npm ci`. */
const chromiumPackage = { name: '@sparticuz/chromium', version: '153.0.0' }
type ChromiumModule = { readonly executablePath: () => Promise<string> }
/**
 * Without a sandbox, which containers and root cannot have; only our own pages are opened. The package's own arguments are not
 * used: they run everything in one process, which ends with the first page.
 */
const launchArguments = ['--no-sandbox', '--disable-gpu']

/** A headless browser, which the caller closes; undefined, after a notice, where none can run. */
export async function openBrowser(what: string): Promise<Browser | undefined> {
  try {
    const folder = await cachedFolder(`chromium-${chromiumPackage.version}`, install)
    const entry = pathToFileURL(join(folder, 'entry.mjs')).href
    const { default: packed } = (await import(/* @vite-ignore */ entry)) as { default: ChromiumModule }
    return await chromium.launch({ executablePath: await packed.executablePath(), args: launchArguments })
  } catch (error) {
    return skip(what, `no Chromium from npm starts here: ${String(error).slice(0, 300)}`)
  }
}

async function install(folder: string): Promise<void> {
  const what = `${chromiumPackage.name}@${chromiumPackage.version}`
  await exec('npm', ['install', '--prefix', folder, '--no-save', '--no-audit', '--no-fund', '--ignore-scripts', what])
  await writeFile(join(folder, 'entry.mjs'), `export { default } from '${chromiumPackage.name}'\n`)
}
