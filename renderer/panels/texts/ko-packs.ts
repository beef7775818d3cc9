/**
 * What the bundled packs and catalogues say about themselves, in Korean; their own files are in English. A test keeps
 * both lists the same (test/renderer/panels/pack-texts.test.ts).
 */

export const koPacks: Readonly<Record<string, string>> = {
  starter:
    '프로그램에 들어 있어 내려받을 필요가 없습니다. 열두 가지 피사체를 256 x 256픽셀 그림으로만 알므로, 사진에는 더 큰 팩을 쓰세요.',
  'starter/starter': '장면에 필요한 모든 것이 들어 있습니다.',
  sd21: '전체 팩입니다. Stable Diffusion 2.1 base가 섞고, SDXL base가 배경을 그리고, Grounding DINO와 SAM이 마스크를 찾고, LaMa가 물체를 지우고, CLIP과 DINOv2가 결과를 잽니다.',
  'sd21/blending': '콘셉트를 장면에 섞습니다.',
  'sd21/backgrounds': '프롬프트로 배경 후보를 그립니다.',
  'sd21/detector': '글로 적은 물체를 찾습니다.',
  'sd21/segmenter': '점과 상자를 마스크로 바꿉니다.',
  'sd21/segmenter-slim': '점과 상자를 마스크로 바꿉니다. 더 작고 빠릅니다.',
  'sd21/segmenter-sam21': '점과 상자를 마스크로 바꿉니다. 더 새로운 모델입니다.',
  'sd21/inpainter': '배경에서 물체를 지웁니다.',
  'sd21/subject': '그림에서 피사체를 주변과 구분합니다.',
  'sd21/text-similarity': '그림이 프롬프트와 콘셉트에 얼마나 맞는지 잽니다(평가에만 쓰임).',
  'sd21/image-similarity': '두 물체가 얼마나 닮아 보이는지 잽니다(평가에만 쓰임).',
};
