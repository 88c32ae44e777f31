import { Command } from 'commander'
import { ingest } from './ingest.ts'
import { injections } from './injections.ts'
import { judge } from './judge.ts'
import { memory } from './memory.ts'
import { runtime } from './runtime.ts'
import { sampling } from './sampling.ts'
import { start } from './start.ts'

/** The benchmarks: each has a file and a line here. Progress goes to stderr, figures to stdout. */
await new Command('bench')
  .showHelpAfterError()
  .addCommand(runtime)
  .addCommand(ingest)
  .addCommand(injections)
  .addCommand(judge)
  .addCommand(sampling)
  .addCommand(memory)
  .addCommand(start)
  .parseAsync()
