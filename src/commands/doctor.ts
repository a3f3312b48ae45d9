// `pipeio doctor`: tells what this machine offers a project and what is missing, and mends the one setting it may.
import { arch, platform } from 'node:os';
import { version as nodeVersion } from 'node:process';
import manifest from '../../package.json' with { type: 'json' };
import type { Deps } from '../deps.ts';
import { loadProject } from '../project/load.ts';
import type { Project } from '../project/project.ts';
import { findRoot } from '../project/root.ts';
import { diagnose, type Finding, type Needs } from '../python/diagnosis.ts';
import { openEnvironment, type PythonEnvironment } from '../python/environment.ts';
import { cacheFolder } from '../python/places.ts';
import { type Colors, colorsOf, wantsColor } from '../report/colors.ts';
import { hasConfigErrors, tellProblems } from './project-session.ts';

/** What `doctor` is asked to do. */
export interface DoctorOptions {
  /** `--root`, relative to the working directory. */
  readonly root?: string;
  /** Let Jupyter open files in hidden folders. */
  readonly fix: boolean;
  readonly json: boolean;
}

/** Everything that `doctor` tells. */
export interface DoctorReport {
  readonly pipeio: string;
  readonly node: string;
  readonly system: string;
  /** Null outside of a project. */
  readonly root: string | null;
  /** pipeio's folder in the user's cache folder. */
  readonly cache: string;
  readonly findings: readonly Finding[];
}

type Doctored = Pick<Deps, 'env' | 'cwd' | 'stdout' | 'stderr'>;

/** Prints the report. The exit code is 1 if a build could not work, or if `--fix` failed; 2 if `--root` is no folder. */
export async function doctor(deps: Doctored, options: DoctorOptions): Promise<number> {
  const found = findRoot({ cwd: deps.cwd, ...(options.root !== undefined && { root: options.root }) });
  if (!found.ok && options.root !== undefined) {
    deps.stderr.write(`${found.error.message}\n`);
    return 2;
  }
  const project = found.ok ? await loadProject({ root: found.value }) : null;
  const python = openEnvironment({
    root: project?.root ?? deps.cwd,
    python: project?.settings.python ?? null,
    env: deps.env,
    onNotice: (text) => deps.stderr.write(`${text}\n`),
  });
  const mended = options.fix ? await fix(python, deps) : true;
  const report = await doctorReport(python, project, deps.env);
  if (project !== null) tellProblems(deps, project);
  const colors = colorsOf(wantsColor(deps.env, deps.stdout.isTTY));
  deps.stdout.write(options.json ? `${JSON.stringify(report)}\n` : doctorText(report, colors));
  const isSound = report.findings.every(({ level }) => level !== 'problem');
  return mended && isSound && (project === null || !hasConfigErrors(project)) ? 0 : 1;
}

/** Looks at the machine on behalf of `project`; null outside of one. */
export async function doctorReport(
  python: PythonEnvironment,
  project: Project | null,
  env: Deps['env'],
): Promise<DoctorReport> {
  return {
    pipeio: manifest.version,
    node: nodeVersion.slice(1),
    system: `${platform()} ${arch()}`,
    root: project?.root ?? null,
    cache: cacheFolder(env),
    findings: await diagnose(python, needsOf(project)),
  };
}

/** The report as lines for people. */
export function doctorText(report: DoctorReport, colors: Colors): string {
  const marks = { ok: colors.green('✓'), note: colors.yellow('!'), problem: colors.red('✗') };
  const lines = report.findings.flatMap(({ topic, level, text, hint }) => [
    `${marks[level]} ${topic.padEnd(7)}  ${text.replaceAll('\n', '\n           ')}`,
    ...(hint === undefined ? [] : [`           ${colors.dim(hint)}`]),
  ]);
  const problems = report.findings.filter(({ level }) => level === 'problem').length;
  return [
    `pipeio ${report.pipeio}, Node ${report.node}, ${report.system}`,
    `project  ${report.root ?? 'none here or above: put a pipeio.yml where it begins'}`,
    `own      ${report.cache} (what pipeio makes for itself)`,
    '',
    ...lines,
    '',
    problems === 0
      ? 'Everything that a build needs is there.'
      : `A build cannot work yet: see ${colors.red('✗')} above.`,
    '',
  ].join('\n');
}

/** Allows hidden files unless they are; whether they are allowed afterwards. */
async function fix(python: PythonEnvironment, { env, stderr }: Doctored): Promise<boolean> {
  if ((await python.hiddenFiles()).allowed) return true;
  if (env.JUPYTER_NO_CONFIG) {
    stderr.write('JUPYTER_NO_CONFIG is set: Jupyter reads no configuration, so none is written\n');
    return false;
  }
  stderr.write(
    'setting ContentsManager.allow_hidden: true in your jupyter_server_config.json; restart Jupyter after it\n',
  );
  const written = await python.allowHiddenFiles();
  if (!written.ok) {
    stderr.write(`${written.error.path}: ${written.error.message}; ${written.error.hint ?? ''}\n`);
    return false;
  }
  const after = await python.hiddenFiles();
  stderr.write(
    after.allowed
      ? `wrote ${written.value}\n`
      : `wrote ${written.value}, but ${after.decidedBy} overrules it\n`,
  );
  return after.allowed;
}

function needsOf(project: Project | null): Needs {
  const notebooks = (project?.notebooks ?? []).filter(({ status }) => status !== 'archived');
  const percent = notebooks.filter(({ format, executes }) => format === 'percent' && executes);
  return {
    kernels: [...new Set(percent.map(({ kernel }) => kernel))],
    marimo: notebooks.some(({ format }) => format === 'marimo'),
  };
}
