// Reads the command line and runs the command that it names; each command is loaded when it is called.
import { Command, CommanderError, InvalidArgumentError, Option } from 'commander';
import type { BuildArguments } from './commands/build.ts';
import type { Deps } from './deps.ts';
import { version } from './version.ts';

/** Runs one command line and answers the exit code: 0 good, 1 something failed, 2 wrong usage, 130 interrupted. */
export async function main(deps: Deps): Promise<number> {
  let code = 0;
  const program = new Command('pipeio')
    .description('An incremental, cache-aware build tool for research notebooks.')
    .version(version, '-V, --version')
    .exitOverride()
    .configureOutput({ writeOut: deps.stdout.write, writeErr: deps.stderr.write })
    .addHelpText('after', EXAMPLES.program);
  const setCode = (answer: number): void => {
    code = answer;
  };
  addBuild(program, deps, setCode);
  addNotebookCommands(program, deps, setCode);
  addDoctor(program, deps, setCode);
  try {
    await program.parseAsync([...deps.argv], { from: 'user' });
    return code;
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    // Commander answers 1 for wrong usage; here that is 2, since 1 says that a notebook failed.
    return error.exitCode === 0 || error.code === 'commander.help' ? 0 : 2;
  }
}

/** Flags that were not given; as defaults of commander each would be printed in every help. */
const OFF = {
  dryRun: false,
  dry: false,
  force: false,
  failFast: false,
  prune: false,
  json: false,
  fix: false,
};

const EXAMPLES = {
  program: `
Examples:
  pipeio build                       pair, sync, execute and publish what is stale
  pipeio build preprocess/ieeg -n    show what would run in one flow, and why
  pipeio nb status                   which sides agree, what is executed, what is published
  pipeio doctor                      what was found of Python, kernels and marimo`,
  build: `
Targets are flows (preprocess/ieeg), notebook names, paths or globs; none means the whole project.

Examples:
  pipeio build                       everything that is stale
  pipeio build demo_filter           one notebook and what it depends on
  pipeio build 'explore/*' -j 4      some, four kernels at once
  pipeio build --stage sync          only pair and sync
  pipeio build -n                    show what would run, and why`,
  nb: `
Examples:
  pipeio nb status                   how every notebook stands
  pipeio nb sync --dry               what a sync would do`,
  sync: `
Examples:
  pipeio nb sync                                      bring .py, .ipynb and .md to agree
  pipeio nb sync --dry                                show what would happen
  pipeio nb sync demo_filter --direction nb2py --force  settle a conflict: the .ipynb wins`,
  status: `
Examples:
  pipeio nb status                   all flows
  pipeio nb status preprocess/ieeg   one flow
  pipeio nb status --json            for machines`,
  doctor: `
Examples:
  pipeio doctor                      look at Node, Python, packages, kernels, Jupyter's settings
  pipeio doctor --fix                also let Jupyter open notebooks that are paired with hidden folders`,
} as const;

function addBuild(program: Command, deps: Deps, setCode: (code: number) => void): void {
  common(program.command('build'))
    .description('pair, sync, execute and publish every notebook whose result could have changed')
    .argument('[targets...]', 'flows, names, paths or globs')
    .option('-j, --jobs <n>', 'kernels at once (default: number of cores)', wholeNumber)
    .option('-n, --dry-run', 'show what would run and why; change nothing')
    .option('--force', 'run also what is fresh')
    .option('--fail-fast', 'stop everything at the first failure')
    .option('--prune', 'remove published files whose entry is gone or archived')
    .addOption(stageOption())
    .addHelpText('after', EXAMPLES.build)
    .action(async (targets: string[], options: Omit<BuildArguments, 'targets'>) => {
      const { build } = await import('./commands/build.ts');
      setCode(await build(deps, { ...OFF, ...options, targets }));
    });
}

function addNotebookCommands(program: Command, deps: Deps, setCode: (code: number) => void): void {
  const nb = program
    .command('nb')
    .description('look at notebooks and bring their sides to agree')
    .addHelpText('after', EXAMPLES.nb);
  common(nb.command('status'))
    .description('show which sides agree, what is executed and what is published')
    .argument('[targets...]', 'flows, names, paths or globs')
    .addHelpText('after', EXAMPLES.status)
    .action(async (targets: string[], options) => {
      const { status } = await import('./commands/status.ts');
      setCode(await status(deps, { ...OFF, ...options, targets }));
    });
  common(nb.command('sync'))
    .description('bring the sides of notebooks to agree; edits on both sides are a conflict, never merged')
    .argument('[targets...]', 'flows, names, paths or globs')
    .addOption(new Option('--direction <way>', 'which side wins').choices(['py2nb', 'nb2py']))
    .option('--force', 'with --direction: that side wins even if the other one was edited')
    .option('-n, --dry', 'show what would happen; change nothing')
    .addHelpText('after', EXAMPLES.sync)
    .action(async (targets: string[], options) => {
      const { sync } = await import('./commands/sync.ts');
      setCode(await sync(deps, { ...OFF, ...options, targets }));
    });
}

function addDoctor(program: Command, deps: Deps, setCode: (code: number) => void): void {
  program
    .command('doctor')
    .description(
      'show what was found of Node, Python, packages, kernels and marimo, and how to mend what is missing',
    )
    .option('--root <folder>', 'the project (default: found upwards from here)')
    .option('--fix', 'let Jupyter open notebooks that are paired with hidden folders')
    .option('--json', 'for machines: JSON')
    .addHelpText('after', EXAMPLES.doctor)
    .action(async (options: { root?: string; fix: boolean; json: boolean }) => {
      const { doctor } = await import('./commands/doctor.ts');
      setCode(await doctor(deps, { ...OFF, ...options }));
    });
}

/** Options that every command on a project has. */
function common(command: Command): Command {
  return command
    .option('--root <folder>', 'the project (default: found upwards from here)')
    .option('--cache-dir <folder>', 'where results are kept (default: PIPEIO_CACHE_DIR, else .pipeio/cache)')
    .option('--json', 'for machines: JSON');
}

function stageOption(): Option {
  return new Option('--stage <stage>', 'go up to this stage').choices(['pair', 'sync', 'exec', 'publish']);
}

function wholeNumber(text: string): number {
  const number = Number(text);
  if (!Number.isInteger(number) || number < 1)
    throw new InvalidArgumentError('It takes a whole number from 1.');
  return number;
}
