/** What is needed of package-lock.json. */
export type Lockfile = {
  readonly packages: Readonly<
    Record<string, { readonly version?: string; readonly optionalDependencies?: Readonly<Record<string, string>> }>
  >
}

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
