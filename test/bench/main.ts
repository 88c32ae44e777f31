import { Command } from 'commander'
import { ingest } from './ingest.ts'
import { runtime } from './runtime.ts'
import { sampling } from './sampling.ts'

/** Benchmarks: each is a file and a line here. Progress goes to stderr, the figures to stdout. */
await new Command('bench').showHelpAfterError().addCommand(ingest).addCommand(runtime).addCommand(sampling).parseAsync()
