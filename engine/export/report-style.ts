import { fontFamily } from '../figures/figure.ts';

/** The report's style sheet: one column, one family, three sizes; figures stay on a light ground in dark mode. */
export const reportStyle = `
:root { color-scheme: light dark; --ground: #fff; --text: #1f2328; --muted: #59636e; --rule: #d5d9de; --accent: #0b5cad; }
@media (prefers-color-scheme: dark) {
  :root { --ground: #15181c; --text: #e6e8eb; --muted: #9aa4b0; --rule: #363d46; --accent: #6cb2f7; }
}
* { box-sizing: border-box; }
body { margin: 0 auto; padding: 40px 24px 64px; max-width: 948px; background: var(--ground); color: var(--text);
  font: 15px/1.55 ${fontFamily}; font-variant-numeric: tabular-nums; overflow-wrap: break-word; }
h1 { margin: 0; font-size: 26px; line-height: 1.25; font-weight: 600; }
h2 { margin: 48px 0 12px; padding-top: 12px; border-top: 1px solid var(--rule); font-size: 18px; line-height: 1.3; font-weight: 600; }
p, dl, ol, ul { margin: 0 0 12px; max-width: 76ch; }
ol, ul { padding-left: 24px; }
a { color: var(--accent); }
.kind, .facts, figcaption, caption, .small { color: var(--muted); font-size: 13px; }
.kind { margin-bottom: 4px; max-width: none; }
sub { line-height: 0; }
.facts { margin-top: 4px; }
.verdict { margin: 24px 0 0; padding: 12px 0 12px 16px; border-left: 3px solid var(--accent); }
.verdict p { margin: 0; max-width: none; }
.verdict p + p { margin-top: 8px; color: var(--muted); font-size: 13px; }
.verdict .sentence { font-size: 18px; line-height: 1.45; }
figure { margin: 16px 0 24px; }
figcaption { margin-top: 8px; max-width: 100ch; }
.plot { background: #fff; border-radius: 4px; width: 100%; }
.scroll { overflow-x: auto; }
table { border-collapse: collapse; margin: 12px 0 20px; font-size: 14px; }
caption { text-align: left; padding-bottom: 4px; }
th, td { padding: 4px 20px 4px 0; text-align: left; vertical-align: baseline; font-weight: 400; border-bottom: 1px solid var(--rule); }
th:last-child, td:last-child { padding-right: 0; }
thead th { font-weight: 600; border-bottom-color: var(--muted); }
.number { text-align: right; font-variant-numeric: tabular-nums; white-space: nowrap; }
.keys { font-size: 13px; }
.keys td { overflow-wrap: anywhere; }
.hash { font-family: ui-monospace, Menlo, Consolas, monospace; font-size: 12px; }
dt { font-weight: 600; }
dd { margin: 0 0 10px; }
details { margin: 8px 0; }
summary { cursor: pointer; color: var(--accent); }
footer { margin-top: 48px; }
@media (max-width: 640px) { body { padding: 20px 16px 40px; } h1 { font-size: 22px; } }
@media print {
  :root { --ground: #fff; --text: #000; --muted: #444; --rule: #bbb; --accent: #000; }
  body { padding: 0; max-width: none; font-size: 10pt; }
  h2 { break-after: avoid; }
  .modebar { display: none !important; }
  figure, tr, .verdict { break-inside: avoid; }
  a { text-decoration: none; }
}
`;
