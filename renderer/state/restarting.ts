/** What is said when an engine had ended and another has taken its place. */
export function restartWords({
  training,
  computed,
}: {
  /** whether one was interrupted; its run begins with what it needs */
  training: boolean;
  /** whether something had been computed that is gone */
  computed: boolean;
}): string {
  return [
    'The engine had stopped and was started again. Your choices are as they were.',
    ...(training
      ? ['The training was interrupted: it is in the list of runs and can be trained again.']
      : []),
    ...(computed && !training ? ['What was computed has to be computed again: Prepare.'] : []),
  ].join(' ');
}
