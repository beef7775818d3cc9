/**
 * Metadata of an exported picture: the whole render request for this program, a text for other programs, and a
 * statement that it is a composite with generated parts (docs/export.md).
 */
import { StudioError } from '../../contract/errors.ts';
import type { ResolvedFrame } from '../../contract/frame.ts';
import { type RenderRequest, storedRequestSchema } from '../../contract/render-request.ts';
import { validate } from '../../foundation/validate.ts';
import { type PngText, readPngText } from './png-text.ts';

/** Keyword of the render request. */
export const REQUEST_KEYWORD = 'pnp-mix-studio/render-request';

/** Keyword of the rendered frame. */
export const FRAME_KEYWORD = 'pnp-mix-studio/frame';

/** IPTC's term for composites of pictures, some of them generated. */
const DIGITAL_SOURCE_TYPE =
  'http://cv.iptc.org/newscodes/digitalsourcetype/compositeWithTrainedAlgorithmicMedia';

/** Metadata besides the request itself. */
export interface MetadataContext {
  readonly width: number;
  readonly height: number;
  /** The part of the background that the model saw, if known. */
  readonly frame: ResolvedFrame | null;
  /** Such as "PnP-MIX Studio 0.1.0". */
  readonly program: string;
}

/** The texts that an exported picture carries. */
export function metadataTexts(request: RenderRequest, context: MetadataContext): PngText[] {
  return [
    { keyword: 'parameters', text: parametersText(request, context), form: 'plain' },
    // XMP readers look for an uncompressed iTXt of this keyword.
    { keyword: 'XML:com.adobe.xmp', text: xmpPacket(context.program), form: 'utf8' },
    ...(context.frame
      ? [{ keyword: FRAME_KEYWORD, text: JSON.stringify(context.frame), form: 'compressed' } as const]
      : []),
    { keyword: REQUEST_KEYWORD, text: JSON.stringify(request), form: 'compressed' },
  ];
}

/**
 * Reads the request embedded in a picture.
 *
 * @param name names the file in messages
 * @returns undefined when the picture has none
 * @throws StudioError ASSET_INVALID when it is not a PNG, or its request is damaged or of another version
 */
export function readRenderRequest(png: Uint8Array, name: string): RenderRequest | undefined {
  const text = readPngText(png, REQUEST_KEYWORD);
  if (text === undefined) return undefined;
  let content: unknown;
  try {
    content = JSON.parse(text);
  } catch (cause) {
    throw new StudioError('ASSET_INVALID', `The render request in ${name} is not JSON.`, { cause });
  }
  const problem = `The render request in ${name} cannot be read by this version`;
  return validate(storedRequestSchema, content, 'ASSET_INVALID', problem);
}

/** The format that AUTOMATIC1111's web UI made common: prompt, negative prompt, and "name: value" pairs. */
function parametersText(
  { scene, parameters, pack }: RenderRequest,
  { width, height, frame, program }: MetadataContext,
): string {
  const pairs: Record<string, string | number> = {
    Steps: parameters.steps,
    Sampler: 'DDPM',
    'CFG scale': parameters.guidanceScale,
    Seed: parameters.seed,
    Size: `${width}x${height}`,
    'Model hash': pack.weights.slice(0, 10),
    Model: `${pack.id} ${pack.version}`,
    ...(pack.vae && { 'VAE hash': pack.vae.sha256.slice(0, 10), VAE: pack.vae.name }),
    ...(pack.loras && { 'Lora hashes': JSON.stringify(loraHashes(pack.loras)) }),
    ...(frame && { 'PnP-MIX frame': frameText(frame) }),
    'PnP-MIX beta': parameters.beta,
    'PnP-MIX swap guidance': parameters.swapGuidanceScale,
    ...Object.fromEntries(
      scene.concepts.map(({ name, prompt, mode, alpha }, index) => [
        `PnP-MIX concept ${index + 1}`,
        JSON.stringify(`${name}: ${prompt}, ${mode}, alpha ${alpha}`),
      ]),
    ),
    Version: program,
  };
  const details = Object.entries(pairs).map(([name, value]) => `${name}: ${value}`);
  return `${scene.prompt}\nNegative prompt: ${scene.negativePrompt ?? ''}\n${details.join(', ')}`;
}

/** A1111's format: names and beginnings of hashes; the weight follows the name. */
function loraHashes(loras: NonNullable<RenderRequest['pack']['loras']>): string {
  return loras.map(({ name, sha256, weight }) => `${name}:${weight}: ${sha256.slice(0, 12)}`).join(', ');
}

/** Such as "1200x900+340+20 at 576x448": size and place in the background, and the size that the model saw. */
function frameText({ left, top, width, height, modelWidth, modelHeight }: ResolvedFrame): string {
  return `${width}x${height}+${left}+${top} at ${modelWidth}x${modelHeight}`;
}

/**
 * An XMP packet that states how the picture was made.
 *
 * @param program such as "PnP-MIX Studio 0.1.0"
 */
export function xmpPacket(program: string): string {
  return `<?xpacket begin="\uFEFF" id="W5M0MpCehiHzreSzNTczkc9d"?>
<x:xmpmeta xmlns:x="adobe:ns:meta/">
 <rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">
  <rdf:Description rdf:about=""
    xmlns:xmp="http://ns.adobe.com/xap/1.0/"
    xmlns:Iptc4xmpExt="http://iptc.org/std/Iptc4xmpExt/2008-02-29/"
    xmp:CreatorTool="${escapeXml(program)}"
    Iptc4xmpExt:DigitalSourceType="${DIGITAL_SOURCE_TYPE}"/>
 </rdf:RDF>
</x:xmpmeta>
<?xpacket end="r"?>`;
}

const XML_ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
};

function escapeXml(text: string): string {
  return text.replace(/[&<>"]/g, (character) => XML_ENTITIES[character]!);
}
