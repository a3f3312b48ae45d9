// Words what a schema finds wrong, and puts each finding where it stands in the file.
import type * as z from 'zod';
import type { ConfigFailure } from '../failure.ts';
import { didYouMean } from './suggest.ts';
import type { Path, YamlFile } from './yaml.ts';

/** Keys of the map at `path` that `known` does not list, as warnings: they have no effect, and are often misspelt. */
export function unknownKeys(yaml: YamlFile, path: Path, known: readonly string[]): ConfigFailure[] {
  const map = valueAt(yaml.value, path);
  if (typeof map !== 'object' || map === null || Array.isArray(map)) return [];
  return Object.keys(map)
    .filter((key) => !known.includes(key))
    .map((key) => ({
      reason: 'config-invalid',
      severity: 'warning',
      message: `unknown key "${key}" has no effect`,
      place: { file: yaml.file, ...yaml.keySpot([...path, key]) },
      ...didYouMean(key, known),
    }));
}

/** The issues of a schema that was applied to the value at `path`, as errors. */
export function schemaProblems(
  yaml: YamlFile,
  path: Path,
  issues: readonly z.core.$ZodIssue[],
): ConfigFailure[] {
  return issues.map((issue) => {
    const full = [...path, ...issue.path.filter((step) => typeof step !== 'symbol')];
    const inKey = issue.code === 'invalid_key';
    return {
      reason: 'config-invalid',
      severity: 'error',
      ...words(issue, labelOf(issue.path), valueAt(yaml.value, full)),
      place: { file: yaml.file, ...(inKey ? yaml.keySpot(full) : yaml.spot(full)) },
    };
  });
}

function words(issue: z.core.$ZodIssue, label: string, found: unknown): { message: string; hint?: string } {
  switch (issue.code) {
    case 'invalid_type': {
      if (found === undefined) return { message: `${label} is missing` };
      const expected = EXPECTED[issue.expected] ?? issue.expected;
      return {
        message: `${label} must be ${expected}, not ${shown(found)}`,
        ...typeHint(issue.expected, found),
      };
    }
    case 'invalid_value': {
      const allowed = issue.values.map(String).filter((value) => value !== '');
      const message = `${label} must be one of ${allowed.join(', ')}, not ${shown(found)}`;
      return typeof found === 'string' ? { message, ...didYouMean(found, allowed) } : { message };
    }
    case 'invalid_key':
      return { message: `${label} ${issue.issues[0]?.message ?? issue.message}` };
    default:
      return { message: `${label} ${issue.message}` };
  }
}

const EXPECTED: Readonly<Record<string, string>> = {
  string: 'text',
  boolean: 'true or false',
  number: 'a number',
  int: 'a whole number',
  array: 'a list',
  object: 'a map',
  record: 'a map',
};

function typeHint(expected: string, found: unknown): { hint?: string } {
  if (expected === 'string' && (typeof found === 'number' || typeof found === 'boolean')) {
    return { hint: `put quotes around it: "${found}"` };
  }
  if (expected === 'boolean' && typeof found === 'string') {
    if (/^(yes|on|y)$/i.test(found)) return { hint: 'write true' };
    if (/^(no|off|n)$/i.test(found)) return { hint: 'write false' };
  }
  if (expected === 'number' && typeof found === 'string' && Number.isFinite(Number.parseFloat(found))) {
    return { hint: 'write the number alone, without quotes or unit' };
  }
  if (expected === 'array' && typeof found === 'string') return { hint: `write [${found}]` };
  return {};
}

function shown(value: unknown): string {
  if (Array.isArray(value)) return 'a list';
  if (typeof value === 'object' && value !== null) return 'a map';
  if (typeof value === 'string') return value.length > 60 ? `"${value.slice(0, 57)}..."` : `"${value}"`;
  return String(value);
}

function labelOf(path: readonly PropertyKey[]): string {
  if (path.length === 0) return 'this';
  return path.reduce<string>((label, step) => {
    if (typeof step === 'number') return `${label}[${step}]`;
    return label === '' ? String(step) : `${label}.${String(step)}`;
  }, '');
}

function valueAt(value: unknown, path: Path): unknown {
  return path.reduce<unknown>(
    (inner, step) =>
      typeof inner === 'object' && inner !== null
        ? (inner as Record<string | number, unknown>)[step]
        : undefined,
    value,
  );
}
