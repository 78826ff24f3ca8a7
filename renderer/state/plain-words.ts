import { InputError, MeanderError } from '../../engine/errors.ts';
import { optionWords } from './option-words.ts';

/** Sentences of the engine speak to the command line too; here its flags become the words of the interface. */
export function plainWords(text: string): string {
  return (
    text
      // an example of a flag helps nobody here
      .replace(/,? ?e\.g\. --[\w-]+ ('[^']*'|\S+?)(?=[.,;]?(\s|$))/g, '')
      .replace(/: --[\w-]+ '.*'(?=\.?$)/, '')
      .replace(/: --expression KEY --expression-state STATE/, ' in “compute from” and “the values are”')
      .replace(/--(?:embedding|expression) (\S+?)(?=[.,;]?(\s|$))/g, '$1')
      .replace(/(?:with )?--([a-z][\w-]*)/g, (whole, flag: string) => {
        const name = flag.replace(/-(\w)/g, (_, c: string) => c.toUpperCase());
        if (name === 'timepoints') return 'in the table of timepoints';
        const words = optionWords(name);
        return words === null ? whole : `“${words}”`;
      })
      .replace(/\(meander [^)]*\)/g, '')
      .replace(/\s+([.,;])(?=\s|$)/g, '$1')
      .trim()
  );
}

/** What an error tells: what happened, why, and what can be done. */
export interface Problem {
  title: string;
  why: string[];
  todo: string | null;
  /** not the user's doing and not foreseen */
  bug: boolean;
}

export function problemOf(error: unknown): Problem {
  if (!(error instanceof MeanderError)) {
    return {
      title: 'Something went wrong inside Meander.',
      why: [error instanceof Error ? error.message : String(error)],
      todo: 'Try again. If it happens again, please report it with this text.',
      bug: true,
    };
  }
  const { file, key, option, expected, found, action } = error.detail;
  const named = option && optionWords(option.replace(/^--/, '').replace(/-(\w)/g, (_, c) => c.toUpperCase()));
  const place = [file, key, named].filter(Boolean).join(' · ');
  return {
    title: plainWords(error.message),
    why: [
      ...(place ? [place] : []),
      ...(expected === undefined ? [] : [`Expected: ${plainWords(expected)}.`]),
      ...(found === undefined ? [] : [`Found: ${plainWords(found)}.`]),
    ].map((line) => line.replace(/\.\.$/, '.')),
    todo: action === undefined ? (error instanceof InputError ? null : 'Try again.') : plainWords(action),
    bug: false,
  };
}
