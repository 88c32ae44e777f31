/** The formats that `import` reads; `formats.ts` has their readers. */
export const importFormatNames = ['csv', 'jsonl', 'parquet', 'openai', 'langfuse'] as const

export type ImportFormatName = (typeof importFormatNames)[number]
