/**
 * The formats that `import` reads; `formats.ts` has their readers. After `conversations`, which may be in any of them, are the
 * dialects of conversations.
 */
export const importFormatNames = [
  'csv',
  'jsonl',
  'parquet',
  'langfuse',
  'conversations',
  'openai',
  'openai-responses',
  'anthropic',
  'gemini',
  'converse',
  'langchain',
  'ai-sdk',
  'opentelemetry',
  'sharegpt',
  'messages',
] as const

export type ImportFormatName = (typeof importFormatNames)[number]
