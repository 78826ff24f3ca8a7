import { InputError } from '../errors.ts';
import { hasOpenQuote, splitOutsideQuotes, unquoted } from './quoted-list.ts';
import type { Condition } from './subset.ts';
import type { TimepointEdit } from './timepoints.ts';

/*
 * Edits of the data as they are typed. Labels and values that hold one of the signs are put in double quotes.
 */

/**
 * `day 0=0,day 3+day 4=3.5 as late,day 7`: each part is one timepoint, of one label or of several that are merged,
 * with its real time and its name where they are given.
 */
export function parseTimepointEdits(text: string): TimepointEdit[] {
  const wrong = (found: string) =>
    new InputError('The timepoints cannot be read.', {
      option: '--timepoints',
      expected: 'LABEL[+LABEL…][=TIME][ as NAME], separated by commas',
      found,
      action:
        "E.g. --timepoints 'day 0=0,day 3+day 4=3.5 as late'. Put labels with , + or = in double quotes.",
    });
  if (hasOpenQuote(text)) throw wrong(`an open quotation mark in: ${text}`);
  return splitOutsideQuotes(text, ',').map((part) => {
    const [rest, name, ...more] = splitOutsideQuotes(part, ' as ');
    const [labels, time, ...others] = splitOutsideQuotes(rest!, '=');
    if (more.length > 0 || others.length > 0) throw wrong(part.trim());
    const number = time === undefined ? null : Number(time);
    if (number !== null && (time!.trim() === '' || !Number.isFinite(number))) throw wrong(part.trim());
    const shown = name === undefined ? null : unquoted(name);
    // a time after the name would else become part of it
    if (shown === undefined || splitOutsideQuotes(name ?? '', '=').length > 1) throw wrong(part.trim());
    return {
      labels: splitOutsideQuotes(labels!, '+').map((label) => {
        const plain = unquoted(label);
        if (plain === undefined) throw wrong(part.trim() || 'an empty part');
        return plain;
      }),
      time: number,
      name: shown,
    };
  });
}

/** `cell_type=A,B`, `doublet!=True`, `n_genes>=200`, `n_genes<=5000`, `n_genes=200..5000` */
export function parseCondition(text: string): Condition {
  const wrong = (found: string) =>
    new InputError('The condition cannot be read.', {
      option: '--where',
      expected: 'COLUMN=A,B or COLUMN!=A or COLUMN>=1 or COLUMN<=2 or COLUMN=1..2',
      found,
      action: 'Put names and values with , = < > or ! in double quotes.',
    });
  const match = /^\s*("[^"]*"|[^"=<>!]+?)\s*(!=|>=|<=|=)(.*)$/s.exec(text);
  const column = match && unquoted(match[1]!);
  if (!match || !column || hasOpenQuote(text)) throw wrong(text);
  const [, , sign, right] = match;
  const number = (part: string) => {
    if (part.trim() === '' || !Number.isFinite(Number(part))) throw wrong(text);
    return Number(part);
  };
  if (sign === '>=') return { column, min: number(right!), max: null };
  if (sign === '<=') return { column, min: null, max: number(right!) };
  const range = splitOutsideQuotes(right!, '..');
  if (sign === '=' && range.length === 2) {
    const [min, max] = range.map((end) => (end.trim() === '' ? null : number(end))) as [
      number | null,
      number | null,
    ];
    if ((min === null && max === null) || (min !== null && max !== null && min > max)) throw wrong(text);
    return { column, min, max };
  }
  const values = splitOutsideQuotes(right!, ',').map((value) => {
    const plain = unquoted(value);
    if (plain === undefined) throw wrong(text);
    return plain;
  });
  return sign === '=' ? { column, keep: values } : { column, drop: values };
}
