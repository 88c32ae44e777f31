/** The formats that `datasets export` writes; `export.ts` has their writers. */
export const datasetFormatNames = ['openai', 'peft', 'jumpstart', 'sharegpt', 'parquet'] as const

export type DatasetFormatName = (typeof datasetFormatNames)[number]

/** The sets of a dataset. */
export const datasetSplits = ['training', 'evaluation'] as const

export type DatasetSplit = (typeof datasetSplits)[number]
