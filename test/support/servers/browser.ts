import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { mkdir, mkdtemp, rename, rm, writeFile } from 'node:fs/promises'
import { homedir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { promisify } from 'node:util'
import { type Browser, chromium } from 'playwright-core'
import { skip } from '../skip.ts'

const exec = promisify(execFile)
const cache = join(process.env.XDG_CACHE_HOME ?? join(homedir(), '.cache'), 'flywheel')

/** A headless Chromium for Linux on x64 that comes as a package: 66 MB, so it is fetched once and when asked for, not by `npm ci`. */
const chromiumPackage = { name: '@sparticuz/chromium', version: '153.0.0' }
type ChromiumModule = { readonly executablePath: () => Promise<string> }
/** Containers and root have no sandbox to give, and only our own pages are opened. Its own arguments put all in one process, which ends with the first page. */
const launchArguments = ['--no-sandbox', '--disable-gpu']

/** A headless browser; undefined where none can run, which was told loudly. Whoever opens it closes it. */
export async function openBrowser(what: string): Promise<Browser | undefined> {
  try {
    const folder = join(cache, `chromium-${chromiumPackage.version}`)
    if (!existsSync(folder)) await install(folder)
    const entry = pathToFileURL(join(folder, 'entry.mjs')).href
    const { default: carried } = (await import(/* @vite-ignore */ entry)) as { default: ChromiumModule }
    return await chromium.launch({ executablePath: await carried.executablePath(), args: launchArguments })
  } catch (error) {
    return skip(what, `npm does not bring a Chromium that starts here: ${String(error).slice(0, 300)}`)
  }
}

/** Whole before it has its name; of two runs that install at once, the first wins. */
async function install(folder: string): Promise<void> {
  await mkdir(cache, { recursive: true })
  const fresh = await mkdtemp(`${folder}.`)
  const what = `${chromiumPackage.name}@${chromiumPackage.version}`
  await exec('npm', ['install', '--prefix', fresh, '--no-save', '--no-audit', '--no-fund', '--ignore-scripts', what])
  await writeFile(join(fresh, 'entry.mjs'), `export { default } from '${chromiumPackage.name}'\n`)
  await rename(fresh, folder).catch(async error => {
    await rm(fresh, { recursive: true, force: true })
    if (!existsSync(folder)) throw error
  })
}
