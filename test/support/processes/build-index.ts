import { openLanceIndex } from '#planners/examples/lancedb.ts'
import { rowsOf } from '#test/contract/vector-index/suite.ts'

/** Builds one index in a folder. Tests kill this process before it has finished. */
const [folder = '', name = '', count = '0'] = process.argv.slice(2)
await openLanceIndex(folder).build(name, rowsOf(Number(count)))
process.stdout.write('built\n')
