/** Where in the user's material something is wrong. */
export interface ErrorPlace {
  /** the file as the user named it */
  file?: string;
  /** the element inside the file, e.g. `obs/day` */
  key?: string;
  /** the command-line flag or configuration field, e.g. `--hold-out` */
  option?: string;
}

/** What an error tells its reader. */
export interface ErrorDetail extends ErrorPlace {
  expected?: string;
  found?: string;
  /** what to do about it, an instruction */
  action?: string;
}

/** Base of the errors that are written for the user: what, where, expected, found, what to do. */
export class MeanderError extends Error {
  readonly tag: 'input' | 'work' | 'cancelled';
  readonly detail: ErrorDetail;

  constructor(tag: MeanderError['tag'], message: string, detail: ErrorDetail = {}, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause });
    this.name = 'MeanderError';
    this.tag = tag;
    this.detail = detail;
  }
}

/** Wrong use, or input that cannot serve: the user can mend it (exit status 2). */
export class InputError extends MeanderError {
  constructor(message: string, detail: ErrorDetail = {}, cause?: unknown) {
    super('input', message, detail, cause);
    this.name = 'InputError';
  }
}

/** Work on good input failed (exit status 1). */
export class WorkError extends MeanderError {
  constructor(message: string, detail: ErrorDetail = {}, cause?: unknown) {
    super('work', message, detail, cause);
    this.name = 'WorkError';
  }
}

/** The user stopped it (exit status 130). */
export class CancelledError extends MeanderError {
  constructor() {
    super('cancelled', 'Stopped.');
    this.name = 'CancelledError';
  }
}

/** An error as plain data, for a message between threads. */
export interface ErrorMessage {
  tag: MeanderError['tag'] | 'bug';
  message: string;
  detail: ErrorDetail;
  stack?: string;
}

export function errorToMessage(error: unknown): ErrorMessage {
  if (error instanceof MeanderError) {
    return {
      tag: error.tag,
      message: error.message,
      detail: error.detail,
      ...(error.stack && { stack: error.stack }),
    };
  }
  const e = error instanceof Error ? error : new Error(String(error));
  return { tag: 'bug', message: e.message, detail: {}, ...(e.stack && { stack: e.stack }) };
}

export function errorFromMessage(m: ErrorMessage): Error {
  switch (m.tag) {
    case 'input':
      return new InputError(m.message, m.detail);
    case 'work':
      return new WorkError(m.message, m.detail);
    case 'cancelled':
      return new CancelledError();
    case 'bug': {
      const error = new Error(m.message);
      if (m.stack) error.stack = m.stack;
      return error;
    }
  }
}

/** The error as lines for a person: the sentence, then where, expected, found, what to do. */
export function describeError(error: unknown): string {
  if (!(error instanceof MeanderError)) return error instanceof Error ? error.message : String(error);
  const { file, key, option, expected, found, action } = error.detail;
  const lines = [error.message];
  if (file !== undefined) lines.push(`  file:     ${file}`);
  if (key !== undefined) lines.push(`  key:      ${key}`);
  if (option !== undefined) lines.push(`  option:   ${option}`);
  if (expected !== undefined) lines.push(`  expected: ${expected}`);
  if (found !== undefined) lines.push(`  found:    ${found}`);
  if (action !== undefined) lines.push(`  to do:    ${action}`);
  return lines.join('\n');
}
