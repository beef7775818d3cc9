/**
 * The names in the sample scenes, in Korean; their own files are in English. A test keeps both lists the same
 * (test/renderer/panels/sample-names.test.ts).
 */

export const koSamples: Readonly<Record<string, string>> = {
  'Cat and guitar on a beach': '해변의 고양이와 기타',
  'Teddy in a photograph': '사진 속 곰 인형',
  'my cat': '내 고양이',
  'my guitar': '내 기타',
  'my teddy': '내 곰 인형',
  cat: '고양이',
  guitar: '기타',
  teddy: '곰 인형',
};
