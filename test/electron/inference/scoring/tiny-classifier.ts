/**
 * A classifier in the layout of train_classifier.py that needs no training: its classes are a crop's dominant colour,
 * its feature is the crop's mean colour, and its places are the picture's lightness.
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { OnnxBuilder, type Value } from '../../../../native-models/graph/onnx-builder.ts';
import { writeJson } from '../tiny-pack.ts';

const sizePx = 8;

/** classifier.json of {@link makeTinyClassifier}, for tests to change. */
export function tinyClassifierFile() {
  return {
    version: 1,
    classes: ['red thing', 'green thing', 'blue thing'],
    backgrounds: ['dark', 'light'],
    input: { name: 'image', size: sizePx, range: [-1, 1], channels: 'RGB' },
    crop: { margin: 0.125 },
    outputs: {
      'classifier.onnx': { logits: 3, feature: 3 },
      'background-classifier.onnx': { background_logits: 2 },
    },
  };
}

/** Writes the two networks and their description. */
export function makeTinyClassifier(folder: string, file: unknown = tinyClassifierFile()): void {
  mkdirSync(folder, { recursive: true });
  const objects = new OnnxBuilder();
  const colour = meanColour(objects);
  objects.output('logits', objects.node('Mul', [colour, objects.floats([4])], 'float32'), ['batch', 3]);
  const shifted = objects.node('Add', [colour, objects.floats([1.5])], 'float32');
  const feature = objects.node('LpNormalization', [shifted], 'float32', { attributes: { axis: 1, p: 2 } });
  objects.output('feature', feature, ['batch', 3]);
  writeFileSync(join(folder, 'classifier.onnx'), objects.serialize('objects'));

  const places = new OnnxBuilder();
  const towardsLight = places.floats([-1, 1, -1, 1, -1, 1], [3, 2]);
  const logits = places.node('MatMul', [meanColour(places), towardsLight], 'float32');
  places.output('background_logits', logits, ['batch', 2]);
  writeFileSync(join(folder, 'background-classifier.onnx'), places.serialize('places'));
  writeJson(join(folder, 'classifier.json'), file);
}

function meanColour(graph: OnnxBuilder): Value {
  const image = graph.input('image', 'float32', ['batch', 3, sizePx, sizePx]);
  const pooled = graph.node('GlobalAveragePool', [image], 'float32');
  return graph.node('Flatten', [pooled], 'float32', { attributes: { axis: 1 } });
}
