import { readFileSync } from 'node:fs'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { root } from '../repository-files.ts'
import { type ImportGraph, importGraph } from './graph.ts'

const { imports } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'))

/** The import graph of a repository that has these files alone, and the package.json of this one as far as imports need it. */
export async function graphOf(files: Readonly<Record<string, string>>): Promise<ImportGraph> {
  const folder = await mkdtemp(join(tmpdir(), 'flywheel-house-'))
  try {
    const manifest = JSON.stringify({ type: 'module', imports, dependencies: {}, devDependencies: {} })
    for (const [path, text] of Object.entries({ ...files, 'package.json': manifest })) {
      await mkdir(dirname(join(folder, path)), { recursive: true })
      await writeFile(join(folder, path), text)
    }
    const folders = Object.keys(files).map(path => path.slice(0, path.indexOf('/')))
    return await importGraph(folder, [...new Set(folders)])
  } finally {
    await rm(folder, { recursive: true })
  }
}
