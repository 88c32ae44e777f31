/** Benchmarks: each is a file and a line here. Progress goes to stderr, the figures to stdout. */
