// `pipeio nb status`: looks at every notebook and draws how it stands; changes nothing.
import { stat } from 'node:fs/promises';
import { extname, resolve } from 'node:path';
import { taskId } from '../../graph/index.ts';
import { type FileStanding, taskName } from '../backends/backend.ts';
import { backendOf } from '../backends/backends.ts';
import type { Deps } from '../deps.ts';
import { type Findings, lookAt } from '../engine/look.ts';
import { makePlan } from '../engine/plan.ts';
import type { Session } from '../engine/session.ts';
import type { Failure } from '../failure.ts';
import type { Notebook } from '../project/notebook.ts';
import { wantsColor } from '../report/colors.ts';
import { failureLines } from '../report/failure-text.ts';
import { type NotebookStatus, type StatusFile, statusText } from '../report/status-text.ts';
import {
  chooseNotebooks,
  hasConfigErrors,
  type ProjectArguments,
  sessionFor,
  tellProblems,
} from './project-session.ts';
import { tellFailure } from './reporters.ts';

/** Runs the command; exit code 1 where a notebook is in conflict, failed, or cannot be looked at. */
export async function status(deps: Deps, options: ProjectArguments): Promise<number> {
  const chosen = await chooseNotebooks(deps, options);
  if (!chosen.ok) return tellFailure(deps, chosen.error);
  const { project, notebooks } = chosen.value;
  tellProblems(deps, project);
  const open = await sessionFor(deps, project, options, { emit: () => {}, chosen: notebooks });
  try {
    const plan = makePlan(project.notebooks, notebooks);
    const findings = await lookAt(open.session, plan);
    const wanted = project.notebooks.filter(({ id }) => notebooks.includes(id));
    const statuses: NotebookStatus[] = [];
    let isBad = hasConfigErrors(project);
    for (const notebook of wanted) {
      const found = await statusOf(open.session, notebook, findings);
      statuses.push(found.status);
      for (const line of found.problem) deps.stderr.write(`${line}\n`);
      const isWrong = found.status.files.some(({ state }) => state === 'conflict' || state === 'unreadable');
      isBad ||= isWrong || found.status.executed === 'failed' || found.problem.length > 0;
    }
    const color = wantsColor(deps.env, deps.stdout.isTTY);
    const text = options.json ? JSON.stringify(statuses) : statusText(statuses, { color });
    deps.stdout.write(`${text === '' ? 'No notebooks are registered.' : text}\n`);
    return isBad ? 1 : 0;
  } finally {
    await open.close();
  }
}

async function statusOf(
  session: Session,
  notebook: Notebook,
  findings: Findings,
): Promise<{ status: NotebookStatus; problem: string[] }> {
  const files = await backendOf(notebook.format).files(session, notebook);
  const finding = findings.get(taskId(taskName(notebook, 'exec')));
  const failure = !files.ok ? files.error : finding?.ok === false ? finding.error : undefined;
  const isTold = failure === undefined || failure.reason === 'sync-conflict';
  const shown = files.ok ? files.value : filesBeside(notebook, files.error);
  return {
    status: {
      flow: notebook.flow.name,
      name: notebook.name,
      format: notebook.format,
      kernel: notebook.kernel,
      kind: notebook.kind,
      status: notebook.status,
      files: await Promise.all(shown.map(({ path, standing }) => fileOf(path, standing))),
      executed: executedState(session, notebook, findings),
      published: await publishedOf(notebook),
    },
    problem: isTold ? [] : failureLines(failure, { root: session.project.root, name: notebook.name }),
  };
}

/** What is left to show where one of the files cannot be read. */
function filesBeside(notebook: Notebook, failure: Failure): FileStanding[] {
  const broken = 'path' in failure ? failure.path : notebook.script;
  if (broken === notebook.script) return [{ path: broken, standing: 'unreadable' }];
  return [
    { path: notebook.script, standing: 'source' },
    { path: broken, standing: 'unreadable' },
  ];
}

async function fileOf(path: string, state: StatusFile['state']): Promise<StatusFile> {
  const modified = await modifiedAt(path);
  return {
    ext: extname(path),
    exists: modified !== null,
    modified,
    state: modified === null ? 'missing' : state,
  };
}

async function modifiedAt(path: string): Promise<Date | null> {
  return stat(path).then(
    (found) => found.mtime,
    () => null, // missing, which is what null says
  );
}

function executedState(session: Session, notebook: Notebook, findings: Findings): NotebookStatus['executed'] {
  const task = taskName(notebook, 'exec');
  const finding = findings.get(taskId(task));
  if (finding === undefined) return null;
  if (finding.ok === true && finding.value.state === 'fresh') return 'yes';
  if (session.state.failure(notebook.id) !== undefined) return 'failed';
  if (finding.ok !== true || finding.value.state === 'fresh') return 'no';
  if (finding.value.state === 'stale' && finding.value.action === 'restore') return 'edited';
  return session.state.last(task) === undefined ? 'no' : 'stale';
}

async function publishedOf(notebook: Notebook): Promise<NotebookStatus['published']> {
  const pages: { format: string; date: Date }[] = [];
  for (const [format, target] of Object.entries(notebook.publish)) {
    const date = await modifiedAt(resolve(target));
    if (date !== null) pages.push({ format, date });
  }
  return pages;
}
