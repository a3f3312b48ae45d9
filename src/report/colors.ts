// Decides whether output may carry colour and may rewrite a line, from the environment and the stream.
import { createColors } from 'picocolors';

type Env = Readonly<Record<string, string | undefined>>;

/** picocolors' functions, which do nothing when made with `false`. */
export type Colors = ReturnType<typeof createColors>;

/** Colour functions; with `enabled` false they return their argument. */
export function colorsOf(enabled: boolean): Colors {
  return createColors(enabled);
}

/** Whether to colour: NO_COLOR forbids, FORCE_COLOR demands, else only a terminal that is not `dumb` gets colours. */
export function wantsColor(env: Env, isTTY: boolean): boolean {
  if (isSet(env.NO_COLOR)) return false;
  const force = env.FORCE_COLOR;
  if (force === '0' || force === 'false') return false;
  return isSet(force) || (isTTY && env.TERM !== 'dumb');
}

/** Whether a line may be rewritten in place: a real terminal, no CI (some of them pose as a terminal). */
export function canRewrite(env: Env, isTTY: boolean): boolean {
  return isTTY && env.TERM !== 'dumb' && !isSet(env.CI);
}

function isSet(value: string | undefined): boolean {
  return value !== undefined && value !== '';
}
