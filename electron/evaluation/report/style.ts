/** The report's style: a paper's supplement on screen and on A4. */
export const STYLE = `
:root { color: #1b1f24; background: #fff; font: 15px/1.5 system-ui, sans-serif; }
main { max-width: 1080px; margin: 0 auto; padding: 32px 24px 64px; counter-reset: table figure; }
h1 { font-size: 28px; line-height: 1.2; margin: 0 0 8px; }
h2 { font-size: 20px; margin: 40px 0 12px; border-bottom: 1px solid #d5dae0; padding-bottom: 4px; }
h3 { font-size: 16px; margin: 24px 0 4px; }
.lead { color: #4a5560; max-width: 72ch; margin: 0 0 16px; }
dl { display: grid; grid-template-columns: max-content 1fr; gap: 2px 16px; margin: 0 0 24px; }
dt { color: #4a5560; } dd { margin: 0; }
.table { overflow-x: auto; margin: 20px 0; }
table { border-collapse: collapse; font-size: 13px; font-variant-numeric: tabular-nums; min-width: 480px; max-width: 100%; }
caption { text-align: left; font-weight: 600; padding: 4px 0 8px; font-size: 14px; white-space: nowrap; }
caption::before { counter-increment: table; content: 'Table ' counter(table) '. '; }
.plots figcaption::before { counter-increment: figure; content: 'Figure ' counter(figure) '. '; font-weight: 600; }
thead th { border-top: 2px solid #1b1f24; border-bottom: 1px solid #1b1f24; text-align: right; vertical-align: bottom; font-weight: 600; }
th, td { padding: 4px 8px; }
thead th:first-child, tbody th { text-align: left; font-weight: 400; }
tbody td { text-align: right; white-space: nowrap; }
tbody tr:last-child > * { border-bottom: 2px solid #1b1f24; }
td small { display: block; color: #5c6772; font-size: 11px; }
.note { color: #4a5560; font-size: 12px; margin: 4px 0 0; }
.quoted { display: flex; flex-wrap: wrap; gap: 0 40px; color: #4a5560; }
.quoted table { min-width: 0; } .quoted caption::before { content: none; counter-increment: none; }
.only-print { display: none; }
figure { margin: 16px 0; } figcaption { font-size: 12px; color: #4a5560; margin-top: 6px; }
.plots { display: grid; grid-template-columns: repeat(2, minmax(0, 1fr)); gap: 0 24px; }
figure > svg { max-width: 100%; height: auto; }
.tiles { display: grid; grid-template-columns: repeat(auto-fill, minmax(132px, 1fr)); gap: 10px; margin: 8px 0; }
.tile { margin: 0; } .tile img { width: 100%; display: block; border-radius: 3px; background: #eef1f4; }
.tile figcaption { line-height: 1.3; margin-top: 3px; }
details { border-top: 1px solid #e4e8ec; padding: 6px 0; } details:target { background: #eef4fd; }
summary { cursor: pointer; } pre { font-size: 11px; overflow-x: auto; background: #f5f7f9; padding: 8px; }
code { font-size: 12px; }
@page { size: A4; margin: 16mm; }
@media print {
  :root { font-size: 10pt; } main { max-width: none; padding: 0; }
  table { font-size: 8pt; } td small { font-size: 6.5pt; }
  th, td { padding: 2px 4px; }
  .table, .set, figure, .tile, tr { break-inside: avoid; } h2, h3 { break-after: avoid; }
  .requests { display: none; } .only-print { display: block; } .quoted { gap: 0 24px; } .quoted .table { margin: 8px 0; }
  h2 { margin-top: 24px; } figcaption { font-size: 8pt; } .tile figcaption { font-size: 7pt; } caption { font-size: 9pt; }
  .table { overflow: visible; } .tiles { grid-template-columns: repeat(7, 1fr); }
  .set h3 { margin: 12px 0 0; } .set p { margin: 2px 0; }
}
`;
