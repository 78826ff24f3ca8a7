export const SCHEME = 'app';
/** What the pages of the interface come from, and nothing else does. */
export const ORIGIN = `${SCHEME}://meander`;
export const START_PAGE = `${ORIGIN}/index.html`;
