/** The rating page's texts; the study's own (title, consent, prompts, criteria) are as written in its file. */

export interface Texts {
  readonly language: string;
  readonly agree: string;
  readonly instructions: string;
  readonly references: string;
  readonly reference: (number: number) => string;
  readonly candidate: (letter: string) => string;
  readonly low: string;
  readonly high: string;
  readonly keys: string;
  readonly next: string;
  readonly incomplete: string;
  readonly check: (rating: number) => string;
  readonly finished: string;
  readonly count: (done: number, total: number) => string;
  readonly noLink: string;
  readonly offline: string;
  readonly results: string;
  readonly people: (rated: number, finished: number, excluded: number) => string;
  readonly rated: string;
  readonly criterion: string;
  readonly mean: string;
  readonly interval: string;
  readonly agreement: string;
  readonly noRatings: string;
  readonly download: string;
}

const en: Texts = {
  language: '한국어',
  agree: 'I agree, start',
  instructions: 'How well does each picture do? Rate each from 1 (not at all) to 5 (very well).',
  references: 'What should be in the picture',
  reference: (number) => `Reference ${number}`,
  candidate: (letter) => `Picture (${letter})`,
  low: '1 = not at all',
  high: '5 = very well',
  keys: 'Keys: 1 to 5 rate and go on, Backspace goes back, Enter continues.',
  next: 'Next',
  incomplete: 'Some ratings are missing.',
  check: (rating) => `To show that you are reading: give every picture a ${rating} on this page.`,
  finished: 'Thank you. All your ratings are saved; you can close this page.',
  count: (done, total) => `${done} of ${total}`,
  noLink: 'Open this page by the link that you were given.',
  offline: 'The study cannot be reached. Your ratings up to here are saved; try again.',
  results: 'Results',
  people: (rated, finished, excluded) =>
    `${rated} participants have rated, ${finished} have finished; ${excluded} are excluded by attention checks.`,
  rated: 'method, criterion',
  criterion: 'criterion',
  mean: 'mean',
  interval: '95 % interval',
  agreement: 'Agreement (Krippendorff’s alpha, ordinal)',
  noRatings: 'Nobody has rated yet.',
  download: 'Download all ratings (CSV)',
};

const ko: Texts = {
  language: 'English',
  agree: '동의하고 시작하기',
  instructions: '각 그림이 얼마나 잘 되었나요? 1점(전혀 아니다)부터 5점(매우 그렇다)까지 매겨 주세요.',
  references: '그림에 있어야 할 대상',
  reference: (number) => `참고 그림 ${number}`,
  candidate: (letter) => `그림 (${letter})`,
  low: '1 = 전혀 아니다',
  high: '5 = 매우 그렇다',
  keys: '키보드: 1~5로 점수를 매기면 다음으로 넘어가고, Backspace는 이전, Enter는 계속입니다.',
  next: '다음',
  incomplete: '아직 매기지 않은 점수가 있습니다.',
  check: (rating) => `읽고 있는지 확인합니다. 이 페이지에서는 모든 그림에 ${rating}점을 주세요.`,
  finished: '감사합니다. 모든 점수가 저장되었으니 이 페이지를 닫아도 됩니다.',
  count: (done, total) => `${total}개 중 ${done}개`,
  noLink: '받은 링크로 이 페이지를 열어 주세요.',
  offline: '연구 서버에 연결할 수 없습니다. 지금까지의 점수는 저장되었으니 다시 시도해 주세요.',
  results: '결과',
  people: (rated, finished, excluded) =>
    `참가자 ${rated}명이 점수를 매겼고 ${finished}명이 끝냈습니다. ${excluded}명은 주의 확인에서 제외되었습니다.`,
  rated: '방법, 기준',
  criterion: '기준',
  mean: '평균',
  interval: '95 % 구간',
  agreement: '일치도(크리펜도르프 알파, 순서형)',
  noRatings: '아직 아무도 점수를 매기지 않았습니다.',
  download: '모든 점수 내려받기(CSV)',
};

export const textsByLanguage = { en, ko } as const;
export type Language = keyof typeof textsByLanguage;
