type LockedPackage = {
  readonly version?: string
  readonly integrity?: string
  readonly hasInstallScript?: boolean
  readonly optionalDependencies?: Readonly<Record<string, string>>
}

/** The fields of package-lock.json that are checked; the key of a package is its path, '' is this project. */
export type Lockfile = { readonly packages: Readonly<Record<string, LockedPackage>> }

/**
 * Builds for other platforms that the lock does not name: npm writes it so where a registry does not serve them, and
 * then `npm ci` refuses the lock.
 */
export function missingFromLock({ packages }: Lockfile): readonly string[] {
  return Object.entries(packages).flatMap(([path, { optionalDependencies }]) =>
    Object.entries(optionalDependencies ?? {}).flatMap(([name, range]) =>
      lookupPaths(path, name).some(place => packages[place])
        ? []
        : [`${path} wants ${name}@${range}, which is not locked`],
    ),
  )
}

/** Where Node looks for a package, from inside another one. */
function lookupPaths(path: string, name: string): readonly string[] {
  const parents = path.split('/node_modules/')
  const folders = parents.map((_parent, index) => parents.slice(0, index + 1).join('/node_modules/'))
  return [`node_modules/${name}`, ...folders.map(folder => `${folder}/node_modules/${name}`)]
}

const nameAt = (path: string): string => path.slice(path.lastIndexOf('node_modules/') + 'node_modules/'.length)

/** Packages that npm would install without comparing them with a hash. */
export function withoutIntegrity({ packages }: Lockfile): readonly string[] {
  return Object.entries(packages).flatMap(([path, { integrity, version }]) =>
    path === '' || integrity !== undefined ? [] : [`${nameAt(path)}@${version}`],
  )
}

/** Packages with an install script about which `allowScripts` of package.json says neither yes nor no. */
export function undecidedScripts(
  { packages }: Lockfile,
  allowScripts: Readonly<Record<string, boolean>>,
): readonly string[] {
  return Object.entries(packages).flatMap(([path, { hasInstallScript }]) =>
    hasInstallScript && allowScripts[nameAt(path)] === undefined ? [nameAt(path)] : [],
  )
}
