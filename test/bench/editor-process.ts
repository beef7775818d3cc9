/**
 * Measures the editor, and prints a line of JSON. In a process of its own: it draws its pictures from SVG, which the
 * program's own decoder, once loaded, forbids in its process.
 */
import { benchEditor } from './editor-bench.ts';
import { benchPhoto } from './photo-bench.ts';

console.log(JSON.stringify({ ...(await benchEditor()), ...(await benchPhoto()) }));
process.exit();
