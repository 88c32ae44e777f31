import { Command } from 'commander'
import { runtime } from './runtime.ts'

/** Benchmarks: each is a file and a line here. Progress goes to stderr, the figures to stdout. */
await new Command('bench').showHelpAfterError().addCommand(runtime).parseAsync()
