import { escapeControls, formatCount } from '../output.ts'
import type { countStrata } from './strata.ts'
import type { DatasetVersion } from './versions.ts'

type Strata = ReturnType<typeof countStrata>

/** A dataset in Markdown, by the sections of Hugging Face's dataset cards. What the log does not say, such as a licence, is not in it. */
export function dataCard(
  version: DatasetVersion,
  { training, evaluation }: { readonly training: Strata; readonly evaluation: Strata },
): string {
  const { agent, at, gold, trainingRows, syntheticRows, evaluationRows, families, reasons, dataset } = version
  return `# Dataset ${version.version} of ${inline(agent)}

## Dataset Details

Steps of conversations with the agent ${inline(agent)}, each with the tool calls that reviewers agreed on.

- Built: ${new Date(at).toISOString()}
- Training set: ${formatCount(trainingRows)} rows, ${formatCount(syntheticRows)} of them synthetic (SHA-256 ${dataset})
- Evaluation set: ${formatCount(evaluationRows)} rows of ${formatCount(families)} families (SHA-256 ${version.evaluation})

## Uses

To tune the planner of this agent. The evaluation set is for comparison only: nothing may be trained on it.

## Dataset Structure

A row has the messages before a step, and the calls that are right; none where the agent should answer itself.

### Training set

${strataTables(training)}

### Evaluation set

${strataTables(evaluation)}

## Dataset Creation

### Source Data

Turns of production, selected by active sampling. inclusionProbability is the probability with which a row's turn was selected, so
rates of production need its inverse as weight. Synthetic rows are variations of a reviewed question.

### Annotations

${formatCount(gold)} gold answers, each agreed on in review. How the rows were chosen from them:

${reasons.map(reason => `- ${inline(reason)}`).join('\n')}

### Personal and Sensitive Information

Personal data that was detected was replaced when the turns came in. Detection is not perfect: treat the rows as confidential.

## Bias, Risks, and Limitations

Questions that are hard for the agent are more frequent than in production. No family of near-duplicates is in both sets.
`
}

function strataTables(strata: Strata): string {
  const tables = Object.entries(strata).map(([stratum, counts]) =>
    [
      `| ${stratum} | rows |`,
      '| --- | ---: |',
      ...Object.entries(counts).map(([value, rows]) => `| ${inline(value)} | ${formatCount(rows)} |`),
    ].join('\n'),
  )
  return tables.join('\n\n')
}

/** Text from outside inside a line of Markdown: it makes no link, image, HTML or column. */
const inline = (text: string): string => escapeControls(text).replace(/[\\`*_[\]<>|#]/g, '\\$&')
