import { cruise, type ICruiseResult, type IModule } from 'dependency-cruiser'
import { forbidden } from './rules.ts'

/** An import as dependency-cruiser sees it. `to` is a path of the repository, or the name of a package or of a module of Node. */
export type Import = { readonly to: string; readonly typeOnly: boolean }

/** What each file imports, by its path in the repository, and which imports a rule forbids. */
export type ImportGraph = {
  readonly imports: ReadonlyMap<string, readonly Import[]>
  readonly violations: readonly ImportViolation[]
}

/** One forbidden import. `cycle`: the way from `to` back to `from`. */
export type ImportViolation = {
  readonly rule: string
  readonly from: string
  readonly to: string
  readonly cycle: readonly string[]
}

/**
 * Reads the imports of all TypeScript under `folders` of `root`: of values and of types, static and dynamic, relative and
 * through the `imports` of package.json. swc parses, since the compiler of TypeScript 7 has no parser that tools can call.
 */
export async function importGraph(root: string, folders: readonly string[]): Promise<ImportGraph> {
  const { output } = await cruise([...folders], {
    baseDir: root,
    parser: 'swc',
    validate: true,
    ruleSet: { forbidden },
    doNotFollow: { path: 'node_modules' },
    enhancedResolveOptions: { exportsFields: ['exports'], conditionNames: ['types', 'import', 'node', 'default'] },
  })
  if (typeof output === 'string') throw new Error('dependency-cruiser gave a report where its data was expected')
  return {
    imports: new Map(output.modules.map(module => [module.source, importsOf(module)])),
    violations: violationsOf(output),
  }
}

const importsOf = ({ dependencies }: IModule): readonly Import[] =>
  dependencies.map(({ module, resolved, dependencyTypes }) => ({
    to: /node_modules/.test(resolved) ? module : resolved,
    typeOnly: dependencyTypes.includes('type-only'),
  }))

const violationsOf = ({ summary }: ICruiseResult): readonly ImportViolation[] =>
  summary.violations.map(({ rule, from, to, cycle }) => ({
    rule: rule.name,
    from,
    to,
    cycle: (cycle ?? []).map(({ name }) => name),
  }))
