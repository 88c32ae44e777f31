import { type Command, Option } from 'commander'
import { topic } from '#topology/topic-names.ts'
import { settingsOf, wholeNumber, withCommonOptions, withPortOption } from '../options.ts'
import { datasetFormatNames, datasetSplits } from './format-names.ts'

const helpOfExport = `
A row is a step of a turn: the messages before it, and the calls that reviewers agreed on. The tools are those of the agent's
description now. Rows that a format cannot express are left out and counted by reason. Do not train on the evaluation set.
  openai     lines of OpenAI's fine-tuning format with tools; only the right message has weight 1
  peft       lines with prompt, completion and tools, as TRL's SFTTrainer reads them for PEFT
  jumpstart  lines of SageMaker JumpStart's instruction tuning; template.json is written beside them
  sharegpt   lines of ShareGPT with the tags of Hermes
  parquet    all rows with all their fields; arguments are text, so that no digit is lost

Example: flywheel datasets export airline --format openai --out train.jsonl`

/** `datasets list`, `show`, `diff`, `export`: the datasets that the curator built. */
export function addDatasetCommands(program: Command, signal: AbortSignal): void {
  const datasets = program.command(topic.datasets).description('the training and evaluation sets built from gold')
  const withLog = (command: Command): Command => withPortOption(withCommonOptions(command))
  const withVersion = (command: Command): Command =>
    withLog(command).option('--version <n>', 'version of the dataset; default: the newest', wholeNumber)

  withLog(datasets.command('list'))
    .description('print the datasets of all agents, one a line')
    .option('--agent <agent>', 'only the datasets of this agent')
    .action(async options => (await import('./datasets.ts')).listDatasets(options, await settingsOf(options), signal))

  withVersion(datasets.command('show <agent>'))
    .description('print what is in a dataset: its rows by tool, turns and calls, and what was dropped')
    .option('--card', 'print it as a data card: Markdown, by the sections of Hugging Face', false)
    .action(async (agent, options) =>
      (await import('./datasets.ts')).showDataset(agent, options, await settingsOf(options), signal),
    )

  withLog(datasets.command('diff <agent>'))
    .description('print how many rows two versions have that differ, by set and first tool')
    .requiredOption('--from <n>', 'the earlier version', wholeNumber)
    .requiredOption('--to <n>', 'the later version', wholeNumber)
    .action(async (agent, options) =>
      (await import('./diff.ts')).diffDatasets(
        agent,
        [options.from, options.to],
        options,
        await settingsOf(options),
        signal,
      ),
    )

  withVersion(datasets.command('export <agent>'))
    .description('write the rows of a dataset in a format for fine-tuning')
    .addOption(new Option('--format <format>', 'format of the file').choices(datasetFormatNames).default('openai'))
    .addOption(new Option('--split <set>', 'which set').choices(datasetSplits).default('training'))
    .requiredOption('--out <file>', 'where to write; it appears when it is complete')
    .addHelpText('after', helpOfExport)
    .action(async (agent, options) =>
      (await import('./export.ts')).exportDataset(agent, options, await settingsOf(options), signal),
    )
}
