/** What hosts and engines say besides results and errors, in Korean; the English is the contract's. */
import type { NoticeCode } from '../../../electron/contract/notices.ts';

export const koNotices: Readonly<Record<NoticeCode, string>> = {
  AS_WRITTEN: '{{text}}',
  FAILED: '{{failure}}',

  PROJECT_RECOVERED:
    '지난번에 {{name}} 프로젝트가 제대로 닫히지 않았습니다. 바뀐 내용은 모두 저장되어 있어 잃은 것이 없습니다.',
  RECENT_PROJECTS_UNWRITABLE: '최근 프로젝트 목록을 쓸 수 없습니다. {{failure}}',
  SETTINGS_UNREADABLE: '{{path}}의 설정이 손상되어 무시했습니다. {{failure}}',
  SETTINGS_DAMAGED: '{{path}}의 설정이 손상되어 무시했습니다.',
  SETTINGS_IGNORED: '{{path}}의 설정 가운데 올바르지 않은 항목을 무시했습니다: {{names}}.',
  QUEUE_FAULT: '대기열에 프로그램 오류가 생겼습니다. {{failure}}',
  RENDER_NOT_STORED: '렌더링을 프로젝트에 저장하지 못했습니다. {{failure}}',
  UPDATE_READY: '프로그램을 종료하면 버전 {{version}}이(가) 설치됩니다.',

  FARM_CONNECTED: '렌더 팜 {{name}}에 다시 연결되었습니다.',
  FARM_LOST:
    '렌더 팜 {{name}}과(와) 연결이 끊겼습니다. 그곳의 렌더링은 사라지지 않으며, 다시 연결되면 나타납니다.',
  FARM_WITHOUT_WORKERS: '실행 중인 작업기가 없습니다.',
  FARM_OF_ANOTHER_VERSION: '작업기 {{count}}대 가운데 이 버전의 프로그램을 실행하는 것이 없습니다.',
  FARM_WITHOUT_MODEL: '작업기 {{count}}대 가운데 이 모델이 있는 것이 없습니다.',

  DEVICE_ON_REQUEST: '검증될 때까지는 설정에서 고르거나 --device {{device}}로 요청할 때만 사용',
  DEVICE_NOT_BUILT: '이 ONNX Runtime 빌드({{platform}} {{arch}})에 없음',
  DEVICE_LIBRARY_MISSING: 'ONNX Runtime의 {{device}} 라이브러리가 설치되지 않음(npm run setup:cuda로 설치)',
  DEVICE_WITHOUT_MEMORY: '메모리가 부족함',

  DOWNLOAD_NEXT_SOURCE: '{{reason}} {{source}}에서 다시 시도합니다.',
  DOWNLOAD_DAMAGED: '{{path}}의 내려받다 만 파일이 손상되어 처음부터 다시 받습니다.',
  DOWNLOAD_RETRIED: '{{source}}: {{reason}} {{seconds}}초 뒤에 다시 시도합니다.',
  FILE_FOUND: '{{path}} 파일이 이미 있으며 올바른 파일입니다.',
  FILE_ELSEWHERE:
    '{{path}} 파일이 다른 디스크에 있습니다. 저장소가 그 자리의 파일을 가리키므로 옮기지 마세요.',
  IMPORT_INTERRUPTED:
    '{{folder}}에서 {{component}}을(를) 가져오다 중단되었습니다. 다시 가져오거나 제거하세요.',

  PROMPT_OF_SCENE: '장면의 프롬프트',
  PROMPT_OF_INPAINTED: '빈 배경의 프롬프트',
  PROMPT_NEGATIVE: '네거티브 프롬프트',
  PROMPT_OF_CONCEPT: '콘셉트 “{{name}}”의 프롬프트',
  PROMPT_QUOTED: '프롬프트 “{{prompt}}”',
  PROMPT_TOO_LONG: '{{prompt}}: 너무 길어서 마지막 토큰 {{count}}개는 효과가 없습니다.',
  NEGATIVE_PROMPT_UNUSED: '네거티브 프롬프트는 가이던스가 1보다 클 때만 효과가 있어 쓰이지 않았습니다.',
  EMBEDDING_UNKNOWN: '{{prompt}}: 이 모델의 임베딩에 “{{name}}”이(가) 없어 빼고 렌더링했습니다.',

  MEMORY_SHORT: '메모리가 부족하여 U-Net을 한 번에 {{rows}}행씩 계속 실행했습니다.',
  CACHE_UNWRITABLE: '캐시 폴더 {{folder}}에 쓸 수 없어 다음 렌더링을 위해 저장한 것이 없습니다.',
  PREVIEW_FAILED: '미리보기를 보여 주지 못했습니다. {{failure}}',
  PREVIEWS_FAILED: '미리보기가 없었습니다. {{failure}}',
  SUBJECTS_MISSING: '시드 {{seed}}의 그림에서 찾지 못한 물체: {{subjects}}.',

  PHRASE_WORDS_IGNORED:
    '스타터 팩이 찾을 수 있는 물체는 {{subjects}}이고, 모양은 {{looks}}입니다. 무시한 낱말: {{words}}.',
  PHRASE_UNKNOWN:
    '스타터 팩이 찾을 수 있는 물체는 {{subjects}}이고, 모양은 {{looks}}입니다. “{{phrase}}”에는 그 가운데 아무것도 없습니다.',
  PHRASE_OF_SEVERAL: '한 번에 물체를 하나만 찾을 수 있는데, “{{phrase}}”에는 {{subjects}}이(가) 있습니다.',
  MORE_FOUND: '{{count}}개를 더 찾았지만, 가장 알맞은 {{most}}개만 마스크로 만들었습니다.',

  MASK_OF_CONCEPT: '콘셉트 “{{name}}”의 마스크({{file}})',
  MASK_OF_SUBJECT: '콘셉트 “{{name}}”의 피사체 마스크({{file}})',
  MASK_IN_FRONT: '“{{name}}” 앞쪽 물체의 마스크({{file}})',
  MASK_IN_COLOUR:
    '{{mask}}: 색이 있는 그림이어서 밝기를 마스크로 씁니다. 뜻한 것이 아니라면 모양을 검은 바탕에 흰색으로 저장하세요.',
  MASK_IN_COLOUR_WITH_ALPHA:
    '{{mask}}: 색이 있는 그림이어서 밝기를 마스크로 쓰고, 투명한 부분은 바깥으로 칩니다. 뜻한 것이 아니라면 모양을 검은 바탕에 흰색으로 저장하세요.',
  MASK_EMPTY: '{{mask}}: 아무것도 덮지 않습니다. {{reason}}',
  EMPTY_BY_ALPHA:
    '모양이 투명도에 들어 있고 불투명한 부분은 어둡습니다. 투명도 없이 검은 바탕에 흰색으로 저장하세요.',
  EMPTY_BY_COLOUR:
    '모양에 색이 있고 가장 밝은 값이 255 가운데 {{brightest}}입니다. 검은 바탕에 흰색으로 저장하세요.',
  EMPTY_BLACK: '전부 검은색입니다. 콘셉트가 들어갈 곳을 흰색으로 칠하세요.',
  EMPTY_DARK:
    '가장 밝은 값이 255 가운데 {{brightest}}인데, {{half}} 이상만 안쪽입니다. 바깥은 0, 안쪽은 255로 저장하세요.',

  FRAME_ENLARGED:
    '모델은 {{width}} x {{height}}픽셀 프레임을 자기 크기인 {{modelWidth}} x {{modelHeight}}(으)로 키워서 보았습니다.',
  FRAME_REDUCED:
    '모델은 {{width}} x {{height}}픽셀 프레임을 {{modelWidth}} x {{modelHeight}}(으)로 보았습니다. 모델이 그린 부분은 배경보다 {{times}}배 거칩니다.',
  CONCEPT_CUT: '“{{name}}”이(가) 프레임을 벗어나, 안쪽 부분만 렌더링했습니다.',
  CONCEPT_WHOLE: '“{{name}}”의 피사체가 표시되지 않아 그림 전체를 썼습니다.',
  CONCEPT_WITHOUT_OBJECT:
    '“{{name}}”의 마스크 자리에 물체가 없습니다. 배경과 빈 배경이 그곳에서 같고, 바꾸기는 있는 물체만 바꿉니다. 마스크를 물체 위로 옮기거나 콘셉트를 배치하세요.',
  STRENGTH_LOWERED:
    '모델 팩이 “{{name}}”이(가) 든 그림을 대강만 재현하므로({{psnrDb}} dB) 모델의 변화를 강도 {{strength}}(으)로 썼습니다. 더 강하거나 약하게 하려면 강도를 정하세요.',
  NOT_INPAINTED: '장면에 빈 배경이 없어 마스크를 주변에서 매끄럽게 채웠습니다.',
};
