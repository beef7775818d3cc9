/** The report as one self-contained page: tables, plots, pictures and the request of each. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import sharp from 'sharp';
import { SCORES } from '../../contract/picture-scores.ts';
import type { PictureRecord } from '../protocol/run-protocol.ts';
import { figuresOf } from './plots.ts';
import { STYLE } from './style.ts';
import { measuredScores, type ProtocolReport, shortTitle } from './summary.ts';
import { type Cell, paperTables, type Table, tablesOf } from './tables.ts';

/** Longer side of the pictures in the page. */
const SHOWN_PX = 256;
/** Maximum number of sets shown with pictures, at their first seed: more would make the page too large to open. */
const MOST_SHOWN_SETS = 24;

/**
 * Writes the page's text.
 *
 * @param folder with the pictures that the report names
 */
export async function htmlReport(report: ProtocolReport, folder: string): Promise<string> {
  const shown = new Thumbnails(folder);
  const figures = await figuresOf(report);
  const gallery = await galleryOf(report, shown);
  const sweep = await sweepOf(report, shown);
  const body = [
    header(report),
    '<h2>Results</h2>',
    ...tablesOf(report).map((table) => tableHtml(table)),
    '<h2>As published</h2>',
    '<p>Quoted from the paper for orientation: Stable Diffusion 2.1, other pictures, and encoders that it does not name. These numbers do not compare with ours.</p>',
    `<div class="quoted">${paperTables(report)
      .map((table) => tableHtml(table))
      .join('\n')}</div>`,
    '<h2>Plots</h2>',
    '<div class="plots">',
    ...figures.map(
      ({ id, caption, svg }) =>
        `<figure id="${id}">${svg}<figcaption>${escapeHtml(caption)}</figcaption></figure>`,
    ),
    '</div>',
    ...(sweep === '' ? [] : ['<h2>α and β (the paper’s figure 4.5)</h2>', sweep]),
    '<h2>Pictures</h2>',
    gallery,
    failuresHtml(report),
    '<section class="requests"><h2>Requests</h2>',
    '<p>Everything that a picture depends on, and its scores.</p>',
    ...requestsOf(report),
    '</section>',
    '<p class="only-print">The request and the scores of every picture are in the page itself, and in report.json.</p>',
  ];
  return [
    '<!doctype html>',
    '<html lang="en"><head><meta charset="utf-8">',
    '<meta name="viewport" content="width=device-width, initial-scale=1">',
    `<title>${escapeHtml(report.name)}</title><style>${STYLE}</style></head>`,
    `<body><main>${body.join('\n')}</main></body></html>`,
    '',
  ].join('\n');
}

function header({
  name,
  description,
  pack,
  device,
  instruments,
  sets,
  seeds,
  pictures,
  failures,
  seconds,
  methods,
}: ProtocolReport): string {
  const made = pictures.find(({ method, request }) => method === 'e' && request !== null)?.request;
  const missing = [
    ...(methods.some(({ scores }) => scores.iclip !== null) ? [] : ['TCLIP and ICLIP (needs CLIP)']),
    ...(methods.some(({ scores }) => scores.idino !== null) ? [] : ['IDINO (needs DINOv2)']),
  ];
  const facts = [
    ['Pack', `${pack.id} ${pack.version}`],
    ['Device', `${device.device} (${device.name})`],
    ['Sets', `${sets.length}, ${seeds.length} seeds each`],
    ['Pictures', `${pictures.length} scored${failures.length > 0 ? `, ${failures.length} failures` : ''}`],
    ...instruments.map(({ scores, name: encoder, fingerprint }) => [
      `Measured by (${scores})`,
      `${encoder}, ${fingerprint.slice(0, 12)}`,
    ]),
    ...(missing.length > 0 ? [['Not measured', missing.join(', ')]] : []),
    ...(made
      ? [
          [
            'Row (e)',
            `${made.parameters.steps} steps, α ${made.scene.concepts[0]!.alpha}, β ${made.parameters.beta}`,
          ],
        ]
      : []),
    ['This run', `${(seconds / 60).toFixed(1)} minutes; what was computed before is not counted`],
  ];
  return [
    `<h1>${escapeHtml(name)}</h1>`,
    description === '' ? '' : `<p class="lead">${escapeHtml(description)}</p>`,
    `<dl>${facts.map(([term, text]) => `<dt>${escapeHtml(term!)}</dt><dd>${escapeHtml(text!)}</dd>`).join('')}</dl>`,
  ].join('\n');
}

function tableHtml({ id, title, note, headings, rows }: Table): string {
  const cell = ({ text, interval, pValue, leads }: Cell, index: number) => {
    const shown = leads ? `<b>${escapeHtml(text)}</b>` : escapeHtml(text);
    const small = [interval, pValue]
      .filter((part) => part !== undefined)
      .map((part) => `<small>${escapeHtml(part)}</small>`)
      .join('');
    return index === 0 ? `<th scope="row">${shown}</th>` : `<td>${shown}${small}</td>`;
  };
  return [
    `<section class="table"><table id="${id}"><caption>${escapeHtml(title)}</caption>`,
    `<thead><tr>${headings.map((heading) => `<th scope="col">${escapeHtml(heading)}</th>`).join('')}</tr></thead>`,
    `<tbody>${rows.map((row) => `<tr>${row.map(cell).join('')}</tr>`).join('')}</tbody></table>`,
    note === undefined ? '' : `<p class="note">${escapeHtml(note)}</p>`,
    '</section>',
  ].join('');
}

/** Pictures as data addresses, each file read once. */
class Thumbnails {
  readonly #folder: string;
  readonly #known = new Map<string, Promise<string>>();

  constructor(folder: string) {
    this.#folder = folder;
  }

  address(file: string): Promise<string> {
    const known = this.#known.get(file) ?? this.#make(file);
    this.#known.set(file, known);
    return known;
  }

  async #make(file: string): Promise<string> {
    const small = await sharp(await readFile(join(this.#folder, file)))
      .resize(SHOWN_PX, SHOWN_PX, { fit: 'inside', withoutEnlargement: true })
      .webp({ quality: 82 })
      .toBuffer();
    return `data:image/webp;base64,${small.toString('base64')}`;
  }
}

async function galleryOf(report: ProtocolReport, shown: Thumbnails): Promise<string> {
  const { scenes, pictures, methods } = report;
  const sets = [...new Map(scenes.map((scene) => [scene.set, scene])).keys()].slice(0, MOST_SHOWN_SETS);
  const parts = [];
  for (const set of sets) {
    const scene = scenes.find((one) => one.set === set)!;
    const tiles = [];
    for (const { name, file } of scene.concepts) tiles.push(await tile(shown, file, name));
    tiles.push(await tile(shown, scene.background, 'background'));
    for (const method of methods) {
      const picture = pictures.find(
        (one) => one.set === set && one.seed === scene.seed && one.method === method.id,
      );
      // The background is there already.
      const isShown = method.kind !== 'grid' && picture?.file !== scene.background;
      if (isShown && picture !== undefined) {
        tiles.push(await tile(shown, picture.file, shortTitle(method), picture));
      }
    }
    parts.push(
      `<section class="set"><h3>${escapeHtml(set)}</h3><p>“${escapeHtml(scene.prompt)}”, seed ${scene.seed}</p>` +
        `<div class="tiles">${tiles.join('')}</div></section>`,
    );
  }
  return parts.join('\n');
}

async function sweepOf({ methods, pictures }: ProtocolReport, shown: Thumbnails): Promise<string> {
  const cells = methods.filter((method) => method.cell !== null);
  const first = pictures.find(({ method }) => method === cells[0]?.id);
  if (first === undefined) return '';
  const betas = [...new Set(cells.map(({ cell }) => cell!.beta))];
  const alphas = [...new Set(cells.map(({ cell }) => cell!.alpha))];
  const rows = [];
  for (const beta of betas) {
    const tiles = [];
    for (const alpha of alphas) {
      const id = cells.find(({ cell }) => cell!.alpha === alpha && cell!.beta === beta)?.id;
      const picture = pictures.find(
        (one) => one.method === id && one.set === first.set && one.seed === first.seed,
      );
      if (picture !== undefined)
        tiles.push(await tile(shown, picture.file, `α ${alpha}, β ${beta}`, picture));
    }
    rows.push(`<div class="tiles">${tiles.join('')}</div>`);
  }
  return `<section class="set"><p>${escapeHtml(first.set)}: “${escapeHtml(first.prompt)}”</p>${rows.join('')}</section>`;
}

async function tile(
  shown: Thumbnails,
  file: string,
  caption: string,
  picture?: PictureRecord,
): Promise<string> {
  const image = `<img src="${await shown.address(file)}" alt="${escapeHtml(caption)}">`;
  const linked = picture === undefined ? image : `<a href="#${anchorOf(picture)}">${image}</a>`;
  return `<figure class="tile">${linked}<figcaption>${escapeHtml(caption)}</figcaption></figure>`;
}

function anchorOf({ set, seed, method }: PictureRecord): string {
  return `request-${encodeURIComponent(`${set}-${seed}-${method}`)}`;
}

function requestsOf(report: ProtocolReport): string[] {
  const titles = new Map(report.methods.map((method) => [method.id, shortTitle(method)]));
  const scores = measuredScores(report);
  return report.pictures.map((picture) => {
    const { set, seed, method, file, request } = picture;
    const values = scores
      .filter((name) => picture.scores[name] !== null)
      .map((name) => `${SCORES[name].title} ${picture.scores[name]!.toFixed(SCORES[name].digits)}`);
    const content =
      request === null
        ? '<p>Not rendered here.</p>'
        : `<pre>${escapeHtml(JSON.stringify(request, null, 1))}</pre>`;
    return (
      `<details id="${anchorOf(picture)}"><summary>${escapeHtml(`${set}, seed ${seed}: ${titles.get(method) ?? method}`)}</summary>` +
      `<p>${escapeHtml(values.join(' · '))}</p><p><code>${escapeHtml(file)}</code></p>${content}</details>`
    );
  });
}

function failuresHtml({ failures }: ProtocolReport): string {
  if (failures.length === 0) return '';
  const items = failures.map(
    ({ set, seed, method, code, message }) =>
      `<li>${escapeHtml(`${set}, seed ${seed}${method === null ? '' : `, ${method}`}: ${code}: ${message}`)}</li>`,
  );
  return `<h2>What could not be made</h2><p>Run the command again to try these again.</p><ul>${items.join('')}</ul>`;
}

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

export function escapeHtml(text: string): string {
  return text.replaceAll(/[&<>"']/g, (found) => ENTITIES[found]!);
}
