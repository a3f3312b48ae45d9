// A real Jupyter server on a project, as Jupyter Lab talks to it: started by Jupyter's own settings, used through its contents API.
import { randomBytes } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { execa } from 'execa';
import type { Ipynb } from './notebooks.ts';
import { type Rig, testPython, until } from './rig.ts';
import { CHILD } from './run.ts';

/** What the server answers: the notebook, or what is wrong. */
export interface Answer {
  readonly status: number;
  /** A saved notebook is answered without content. */
  readonly content?: Ipynb;
  readonly message?: string;
}

type Process = ReturnType<typeof launch>;

/** See the first line. Disposing of it ends the server. */
export class JupyterServer {
  readonly #process: Process;
  readonly #url: string;
  readonly #token: string;

  private constructor(process: Process, url: string, token: string) {
    this.#process = process;
    this.#url = url;
    this.#token = token;
  }

  /** Starts it with the settings that the rig's Jupyter folders hold, and waits until it answers. */
  static async start(rig: Rig): Promise<JupyterServer> {
    const token = randomBytes(16).toString('hex');
    const process = launch(rig, token);
    try {
      return new JupyterServer(process, await readyUrl(rig, process, token), token);
    } catch (error) {
      process.kill('SIGKILL');
      throw error;
    }
  }

  /** Opens a file of the project as a notebook. */
  open(path: string): Promise<Answer> {
    return this.#request('GET', path);
  }

  /** Opens, changes and saves a notebook, all of it, as Jupyter Lab does; fails if the server refuses either. */
  async edit(path: string, change: (notebook: Ipynb) => void): Promise<void> {
    const { content, message } = await this.open(path);
    if (content === undefined) throw new Error(`${path} cannot be opened: ${message}`);
    change(content);
    const saved = await this.#request('PUT', path, { type: 'notebook', format: 'json', content });
    if (saved.status !== 200) throw new Error(`${path} cannot be saved: ${saved.message}`);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#process.kill('SIGKILL');
    await this.#process;
  }

  async #request(method: string, path: string, body?: object): Promise<Answer> {
    const response = await fetch(`${this.#url}api/contents/${path}?type=notebook`, {
      method,
      headers: authorization(this.#token),
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const text = await response.text();
    const { status } = response;
    return response.ok ? { status, content: JSON.parse(text).content } : { status, message: text };
  }
}

function launch(rig: Rig, token: string) {
  const options = ['--no-browser', '--allow-root', '--ServerApp.ip=127.0.0.1', '--ServerApp.port=0'];
  const where = [`--ServerApp.root_dir=${rig.root}`, `--IdentityProvider.token=${token}`];
  return execa(testPython(), ['-m', 'jupyter_server', ...options, ...where], {
    cwd: rig.root,
    env: rig.env,
    ...CHILD,
    reject: false,
  });
}

/** The server's address, once it answers there; rejects if the server ends before. */
async function readyUrl(rig: Rig, process: Process, token: string): Promise<string> {
  const announcement = rig.outside(`home/jupyter-data/runtime/jpserver-${process.pid}.json`);
  let url = '';
  await until(async () => {
    if (process.exitCode !== null) throw new Error(`the Jupyter server ended:\n${(await process).stderr}`);
    const text = await readFile(announcement, 'utf8').catch(() => '');
    if (!text.trimEnd().endsWith('}')) return false;
    url = JSON.parse(text).url;
    const headers = authorization(token);
    return fetch(`${url}api/status`, { headers }).then(
      ({ ok }) => ok,
      () => false,
    );
  });
  return url;
}

function authorization(token: string) {
  return { authorization: `token ${token}` };
}
