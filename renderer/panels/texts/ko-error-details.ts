/**
 * The sentences of errors, by the English ones that the program writes, with their parameters numbered: files,
 * pictures, projects and the window. Those of models, packs and farms are in ko-model-errors.ts. What the system or a
 * library says is not translated. A test fails on a sentence that is missing here.
 */
export const koErrorDetails: Readonly<Record<string, string>> = {
  // The window, its jobs and its renders.
  'The picture was not uploaded, or too long ago. Add it again.':
    '그림이 업로드되지 않았거나 너무 오래전에 업로드되었습니다. 다시 추가하세요.',
  'A file may have at most {{1}} MiB. Save the picture as JPEG, or make it smaller.':
    '파일은 {{1}} MiB까지 가능합니다. 그림을 JPEG로 저장하거나 크기를 줄이세요.',
  'In a browser tab this program cannot open the system’s dialogs.':
    '브라우저 탭에서는 시스템 대화 상자를 열 수 없습니다.',
  'Only files and folders of this program are shown: projects, exports, and the folders of the settings.':
    '이 프로그램의 파일과 폴더만 표시할 수 있습니다. 프로젝트, 내보낸 파일, 설정에 있는 폴더입니다.',
  'The two parameters of a sweep must differ.': '훑어보기의 두 매개변수는 서로 달라야 합니다.',
  'This is not the end of a page of renders.': '렌더링 목록에서 이어지는 자리가 아닙니다.',
  'This job does not exist, or ended long ago.': '그런 작업이 없거나 오래전에 끝났습니다.',
  'The job failed.': '작업이 실패했습니다.',
  'This render is no longer queued.': '이 렌더링은 더 이상 대기열에 없습니다.',
  'This render is no longer queued or running.': '이 렌더링은 더 이상 대기 중이거나 실행 중이 아닙니다.',
  'This render has no picture to score.': '이 렌더링에는 점수를 매길 그림이 없습니다.',
  'The render has no picture: {{1}}': '렌더링에 그림이 없습니다. {{1}}',
  'The project is open read-only and cannot store scores. Save it under another name first.':
    '프로젝트가 읽기 전용으로 열려 있어 점수를 저장할 수 없습니다. 먼저 다른 이름으로 저장하세요.',
  'The project is open read-only and cannot store a render. Save it under another name first.':
    '프로젝트가 읽기 전용으로 열려 있어 렌더링을 저장할 수 없습니다. 먼저 다른 이름으로 저장하세요.',
  'The project does not have the scene of this render.': '이 렌더링의 장면이 프로젝트에 없습니다.',
  'The scene no longer has this concept.': '이 콘셉트는 더 이상 장면에 없습니다.',
  'A scene takes at most {{1}} concepts.': '한 장면에는 콘셉트가 {{1}}개까지 들어갑니다.',
  'A scene takes 1 to {{1}} concepts, not {{2}}.':
    '한 장면에는 콘셉트가 1~{{1}}개 들어갑니다. {{2}}개는 안 됩니다.',
  'A scene takes 1 to {{1}} concepts; {{2}} has {{3}}.':
    '한 장면에는 콘셉트가 1~{{1}}개 들어가는데, {{2}}에는 {{3}}개가 있습니다.',
  'The scene has no concept "{{1}}" to set alpha for.': '알파를 정할 콘셉트 “{{1}}”이(가) 장면에 없습니다.',
  'The concept "{{1}}" has no placement.': '콘셉트 “{{1}}”이(가) 배치되지 않았습니다.',
  'The concept "{{1}}" has no mask.': '콘셉트 “{{1}}”에 마스크가 없습니다.',
  'The mask of the concept "{{1}}" covers nothing.': '콘셉트 “{{1}}”의 마스크가 아무것도 덮지 않습니다.',
  'Choose a background first.': '먼저 배경을 고르세요.',
  '{{1}} has no picture yet.': '{{1}}: 그림이 아직 없습니다.',
  '{{1}} has no mask yet: mark where it goes.': '{{1}}: 마스크가 아직 없습니다. 들어갈 곳을 표시하세요.',
  '{{1}} is not placed yet: drag its picture to where it goes.':
    '{{1}}: 아직 배치되지 않았습니다. 그림을 들어갈 곳으로 끌어다 놓으세요.',
  'The frame extends beyond the background, which is {{1}} x {{2}} pixels. Draw it inside, or choose "auto" or "whole".':
    '프레임이 {{1}} x {{2}}픽셀인 배경을 벗어납니다. 안쪽에 그리거나 “자동” 또는 “그림 전체”를 고르세요.',
  'No project is open.': '열린 프로젝트가 없습니다.',
  'The window that asked is closed.': '요청한 창이 닫혔습니다.',
  'The connection to the program’s host was lost.': '프로그램 호스트와의 연결이 끊겼습니다.',
  'PnP-MIX Studio is already starting on port {{1}}. Wait a moment, then start it again.':
    'PnP-MIX Studio가 이미 포트 {{1}}에서 시작하고 있습니다. 잠시 뒤 다시 시작하세요.',

  // Projects.
  'The project was changed in another window meanwhile. Check that change, then repeat yours.':
    '그사이 다른 창에서 프로젝트를 바꾸었습니다. 그 변경을 확인한 뒤 다시 하세요.',
  'The project is already being saved under another name. Wait until it is done.':
    '프로젝트를 이미 다른 이름으로 저장하고 있습니다. 끝날 때까지 기다리세요.',
  'The folder for projects, {{1}}, cannot be created.': '프로젝트 폴더 {{1}}을(를) 만들 수 없습니다.',
  'This project is no longer open.': '이 프로젝트는 더 이상 열려 있지 않습니다.',
  '{{1}} no longer exists.': '{{1}} 파일이 더 이상 없습니다.',
  '{{1}} does not exist.': '{{1}} 파일이 없습니다.',
  '{{1}} cannot be moved to the trash.': '{{1}} 파일을 휴지통으로 옮길 수 없습니다.',
  'PNPMIX_PROJECTS_DIR sets the folder for projects. Change it there, or start the program without it.':
    '프로젝트 폴더는 PNPMIX_PROJECTS_DIR이 정합니다. 거기서 바꾸거나, 그것 없이 프로그램을 시작하세요.',
  '{{1}} does not contain how it was made: it was not made by this program, or its metadata was removed.':
    '{{1}}에 만든 방법이 들어 있지 않습니다. 이 프로그램으로 만들지 않았거나 메타데이터가 지워졌습니다.',
  'A project’s name must not end in a space: "{{1}}".': '프로젝트 이름은 공백으로 끝날 수 없습니다: “{{1}}”.',
  'A project needs a title of 1 to 200 characters.': '프로젝트의 제목은 1~200자여야 합니다.',
  'The undo history is full ({{1}} steps). Undo some steps and continue from there, or continue in a new project.':
    '실행 취소 기록이 가득 찼습니다({{1}}단계). 몇 단계를 취소하고 계속하거나 새 프로젝트에서 계속하세요.',
  'The undo history has no entry {{1}}.': '실행 취소 기록에 {{1}}번째 항목이 없습니다.',
  'A step of the undo history needs a label of 1 to 200 characters.':
    '실행 취소 단계의 이름은 1~200자여야 합니다.',
  '{{1}} is damaged: its project record is missing.':
    '{{1}} 파일이 손상되었습니다. 프로젝트 정보가 없습니다.',
  '{{1}} is damaged: its undo history has gaps.':
    '{{1}} 파일이 손상되었습니다. 실행 취소 기록에 빠진 부분이 있습니다.',
  '{{1}} is damaged: it is not JSON.': '{{1}}: 손상되었습니다. JSON이 아닙니다.',
  '{{1}} is damaged: {{2}}.': '{{1}} 파일이 손상되었습니다(“{{2}}”).',
  '{{1}} is too large to be genuine.': '{{1}}: 너무 커서 올바른 데이터일 수 없습니다.',
  '{{1}} is too large for a project.': '{{1}}: 프로젝트에 담기에는 너무 큽니다.',
  '{{1}} was written by a newer version of PnP-MIX Studio (file version {{2}}; this program reads up to {{3}}). Nothing was changed. Update the program to open it.':
    '{{1}} 파일은 더 새로운 PnP-MIX Studio에서 만들었습니다(파일 버전 {{2}}, 이 프로그램은 {{3}}까지). 바꾼 것은 없습니다. 열려면 프로그램을 업데이트하세요.',
  '{{1}} is open read-only. Save it under another name to change it.':
    '{{1}} 파일이 읽기 전용으로 열려 있습니다. 바꾸려면 다른 이름으로 저장하세요.',
  '{{1}} is larger than any project may be ({{2}} bytes; at most {{3}}).':
    '{{1}} 파일이 프로젝트의 최대 크기보다 큽니다({{2}}바이트, 최대 {{3}}).',
  '{{1}} is a database, but not a project file.': '{{1}} 파일은 데이터베이스이지만 프로젝트 파일이 아닙니다.',
  '{{1}} is a project file without a version.': '{{1}} 파일은 버전이 없는 프로젝트 파일입니다.',
  '{{1}} contains something that no project has (a changed table, a trigger or a view). It may have been tampered with, and was not opened.':
    '{{1}} 파일에 프로젝트에 없어야 할 것(바뀐 표, 트리거, 뷰)이 있습니다. 누군가 바꾸었을 수 있어 열지 않았습니다.',
  '{{1}} is not a project file, or it is damaged ({{2}}).':
    '{{1}} 파일은 프로젝트 파일이 아니거나 손상되었습니다(“{{2}}”).',
  '{{1}} is open in another window or program. It can be opened read-only here.':
    '{{1}} 파일이 다른 창이나 프로그램에서 열려 있습니다. 여기서는 읽기 전용으로 열 수 있습니다.',
  'Another program is working on {{1}}. Wait for it, or open it read-only.':
    '다른 프로그램이 {{1}} 파일을 쓰고 있습니다. 끝날 때까지 기다리거나 읽기 전용으로 여세요.',
  '{{1}} keeps changing: the project cannot be locked.':
    '{{1}} 파일이 계속 바뀌어 프로젝트를 잠글 수 없습니다.',
  '{{1}}, or its folder, cannot be written ({{2}}). It can be opened read-only, or copied elsewhere.':
    '{{1}} 파일이나 그 폴더에 쓸 수 없습니다({{2}}). 읽기 전용으로 열거나 다른 곳에 복사할 수 있습니다.',
  'The project has a render {{1}} already.': '프로젝트에 렌더링 {{1}}이(가) 이미 있습니다.',
  'The project holds no render {{1}}.': '프로젝트에 렌더링 {{1}}이(가) 없습니다.',
  '{{1}} exists already. Choose another name, or replace it.':
    '{{1}} 파일이 이미 있습니다. 다른 이름을 고르거나 바꾸세요.',
  '{{1}} was moved, deleted or replaced while it was open. Everything is still here: save it under a name to continue.':
    '열려 있는 동안 {{1}} 파일이 이동, 삭제 또는 교체되었습니다. 내용은 모두 여기에 있습니다. 계속하려면 이름을 정해 저장하세요.',

  // Files and folders.
  'The disk is full: {{1}} could not be written. Make room and try again; the previous file is unchanged.':
    '디스크가 가득 차 {{1}} 파일을 쓰지 못했습니다. 공간을 확보하고 다시 하세요. 이전 파일은 그대로입니다.',
  'The disk is full: the change could not be saved in {{1}}. Everything saved before is safe; make room and try again.':
    '디스크가 가득 차 {{1}}에 변경 내용을 저장하지 못했습니다. 그 전에 저장한 것은 안전합니다. 공간을 확보하고 다시 하세요.',
  'The disk does not support files this large: {{1}}. Choose a folder on another disk.':
    '디스크가 이렇게 큰 파일을 지원하지 않습니다: {{1}}. 다른 디스크의 폴더를 고르세요.',
  'The name is too long for the disk: {{1}}. Choose a shorter one.':
    '디스크에 쓰기에 이름이 너무 깁니다: {{1}}. 더 짧은 이름을 고르세요.',
  '{{1}} cannot be written ({{2}}).': '{{1}}에 쓸 수 없습니다({{2}}).',
  '{{1}} cannot be read ({{2}}).': '{{1}} 파일을 읽을 수 없습니다({{2}}).',
  '{{1}} is missing or cannot be read.': '{{1}} 파일이 없거나 읽을 수 없습니다.',
  '{{1}} is not a file.': '{{1}}: 파일이 아닙니다.',
  '{{1}} is not a folder.': '{{1}}: 폴더가 아닙니다.',
  '"{{1}}" is not an absolute path.': '“{{1}}”은(는) 전체 경로가 아닙니다.',
  'An absolute path is needed, starting at the root of the disk: {{1}}':
    '디스크의 루트에서 시작하는 전체 경로가 필요합니다: {{1}}',
  'The file’s name must end in {{1}}: {{2}}': '파일 이름은 {{1}}(으)로 끝나야 합니다: {{2}}',
  'There is no folder or file {{1}}. Give its full path.':
    '{{1}} 폴더나 파일이 없습니다. 전체 경로를 입력하세요.',
  '{{1}} is not one of the added folders.': '{{1}}은(는) 추가한 폴더가 아닙니다.',
  'Another process has been changing {{1}} for {{2}} seconds. End it, then try again.':
    '다른 프로세스가 {{2}}초째 {{1}} 파일을 바꾸고 있습니다. 그것을 끝내고 다시 하세요.',
  '{{1}} is not valid JSON.': '{{1}}: 올바른 JSON이 아닙니다.',
  '{{1}} is not valid JSON: {{2}}.': '{{1}}: 올바른 JSON이 아닙니다(“{{2}}”).',
  '{{1}} is not {{2}} text. Save it with the encoding UTF-8.':
    '{{1}}: {{2}} 텍스트가 아닙니다. UTF-8 인코딩으로 저장하세요.',
  'Cannot listen on {{1}}, port {{2}}: {{3}}.': '{{1}}, 포트 {{2}}에서 서버를 열 수 없습니다(“{{3}}”).',

  // Pictures and masks.
  'The picture {{1}} {{2}}.': '그림을 읽지 못했습니다(“{{1}} {{2}}”).',
  'There is no picture with the hash {{1}}.': '해시가 {{1}}인 그림이 없습니다.',
  '{{1}} has no picture with the hash {{2}}.': '{{1}}에 해시가 {{2}}인 그림이 없습니다.',
  'The picture {{1}} in {{2}} is damaged: {{3}}.': '{{2}}의 그림 {{1}}이(가) 손상되었습니다(“{{3}}”).',
  'The picture {{1}} is missing.': '그림 {{1}}이(가) 없습니다.',
  'A picture of the scene is not in the project: {{1}}.': '장면의 그림이 프로젝트에 없습니다: {{1}}.',
  'A picture of the project is missing.': '프로젝트의 그림이 없습니다.',
  'A picture could not be loaded.': '그림을 불러오지 못했습니다.',
  'The host refused the picture.': '호스트가 그림을 받지 않았습니다.',
  'The picture was damaged on its way to the host. Add it again.':
    '그림이 호스트로 가는 길에 손상되었습니다. 다시 추가하세요.',
  'The upload was interrupted. Add the picture again.': '업로드가 중단되었습니다. 그림을 다시 추가하세요.',
  '{{1}} is {{2}} x {{3}} pixels; a picture may have {{4}}. Make it smaller and add that.':
    '{{1}}: {{2}} x {{3}}픽셀입니다. 그림은 {{4}}까지 가능합니다. 크기를 줄여 추가하세요.',
  'at most {{1}} pixels a side and {{2}} megapixels': '한 변 {{1}}픽셀, {{2}}메가픽셀',
  'Pictures can be {{1}}, with {{2}}.': '그림은 {{1}} 형식이고 {{2}}까지 가능합니다.',
  'PNG, JPEG, WebP, AVIF, TIFF or GIF': 'PNG, JPEG, WebP, AVIF, TIFF, GIF',
  '{{1}} cannot be read as a picture. {{2}} Save it in one of these formats and add that.':
    '{{1}}: 그림으로 읽을 수 없습니다. {{2}} 이 형식 가운데 하나로 저장해 추가하세요.',
  '{{1}} cannot be read as a picture: it is {{2}}. {{3}} {{4}}':
    '{{1}}: 그림으로 읽을 수 없습니다. {{2}}입니다. {{3}} {{4}}',
  '{{1}} cannot be read as a picture: {{2}}. {{3}}.': '{{1}}: 그림으로 읽을 수 없습니다. {{2}} {{3}}',
  'a HEIC picture': 'HEIC 그림',
  'a BMP picture': 'BMP 그림',
  'a JPEG XL picture': 'JPEG XL 그림',
  'a JPEG 2000 picture': 'JPEG 2000 그림',
  'a Photoshop document': 'Photoshop 문서',
  'a GIMP document': 'GIMP 문서',
  'an icon file': '아이콘 파일',
  'a high dynamic range picture': 'HDR 그림',
  'a camera’s raw file': '카메라 RAW 파일',
  'a PDF': 'PDF',
  'a PostScript file': 'PostScript 파일',
  'a video, or a picture in a video’s format': '동영상이나 동영상 형식의 그림',
  'a compressed file': '압축 파일',
  'an SVG drawing': 'SVG 그림',
  'a web page': '웹 페이지',
  'Save it as JPEG or PNG (an iPhone does so with Settings > Camera > Formats > Most Compatible) and add that.':
    'JPEG나 PNG로 저장해 추가하세요(iPhone에서는 설정 > 카메라 > 포맷 > 높은 호환성).',
  'Save it as PNG and add that.': 'PNG로 저장해 추가하세요.',
  'Save it as PNG or JPEG and add that.': 'PNG나 JPEG로 저장해 추가하세요.',
  'Export it as PNG and add that.': 'PNG로 내보내 추가하세요.',
  'Export it as PNG, at the size that you need, and add that.': '필요한 크기의 PNG로 내보내 추가하세요.',
  'Develop it, save it as PNG or JPEG, and add that.': '현상하여 PNG나 JPEG로 저장해 추가하세요.',
  'Save the page as PNG and add that.': '페이지를 PNG로 저장해 추가하세요.',
  'Save one picture of it as PNG or JPEG and add that.':
    '그 가운데 한 장면을 PNG나 JPEG로 저장해 추가하세요.',
  'Unpack it and add the picture in it.': '압축을 풀고 안에 있는 그림을 추가하세요.',
  'Save the picture itself from the page and add that.': '페이지에서 그림만 저장해 추가하세요.',
  'the file is empty': '파일이 비어 있습니다.',
  'the file is damaged or incomplete': '파일이 손상되었거나 일부가 빠졌습니다.',
  'the file is damaged, or reading it takes more memory than there is':
    '파일이 손상되었거나, 읽는 데 필요한 메모리가 부족합니다.',
  'reading it takes too long': '읽는 데 너무 오래 걸립니다.',
  'Save or download it again': '다시 저장하거나 내려받으세요.',
  'Open it in another program, save it as PNG and add that, or get it again from where it came':
    '다른 프로그램에서 열어 PNG로 저장해 추가하거나, 파일을 다시 구하세요.',
  'Open it in another program, save it as PNG and add that':
    '다른 프로그램에서 열어 PNG로 저장해 추가하세요.',
  'Open it in another program, make it smaller, save it as PNG and add that':
    '다른 프로그램에서 열어 크기를 줄이고 PNG로 저장해 추가하세요.',
  '{{1}} was not read: too many pictures are queued. Add it again in a moment.':
    '{{1}}: 기다리는 그림이 너무 많아 읽지 않았습니다. 잠시 뒤 다시 추가하세요.',
  '{{1}} was not read: the process that reads pictures cannot be started. Start the program again.':
    '{{1}}: 그림을 읽는 프로세스를 시작할 수 없어 읽지 않았습니다. 프로그램을 다시 시작하세요.',
  '{{1}} cannot be read: there is too little memory. {{2}}':
    '{{1}}: 메모리가 부족하여 읽을 수 없습니다. {{2}}',
  'Close other programs, or use a smaller model or picture.':
    '다른 프로그램을 닫거나 더 작은 모델이나 그림을 쓰세요.',
  '{{1}} is no mask. {{2}}': '{{1}}: 마스크가 아닙니다. {{2}}',
  'A mask must be an 8-bit grey PNG; this one has {{1}} channels of {{2}} bits.':
    '마스크는 8비트 회색 PNG여야 합니다. 이것은 {{2}}비트 채널이 {{1}}개입니다.',
  'A mask of {{1}} x {{2}} cannot hold {{3}} pixels.':
    '{{1}} x {{2}} 마스크에 픽셀 {{3}}개를 담을 수 없습니다.',
  'A mask of {{1}} x {{2}} does not fit the background: it has another aspect.':
    '{{1}} x {{2}} 마스크는 배경과 가로세로 비율이 달라 맞지 않습니다.',
  'A mask is {{1}} x {{2}} pixels, but the picture is {{3}} x {{4}}.':
    '마스크는 {{1}} x {{2}}픽셀인데 그림은 {{3}} x {{4}}입니다.',
  'A mask is {{1}} x {{2}} pixels, but the picture is {{3}} x {{4}}. A mask needs the picture’s size, or a smaller size of the same aspect.':
    '마스크는 {{1}} x {{2}}픽셀인데 그림은 {{3}} x {{4}}입니다. 마스크는 그림과 같은 크기거나, 비율이 같고 더 작아야 합니다.',
  '{{1}} is {{2}} x {{3}} pixels, but the background is {{4}} x {{5}}. A mask needs the background’s size, or a smaller size of the same aspect.':
    '{{1}}: {{2}} x {{3}}픽셀인데 배경은 {{4}} x {{5}}입니다. 마스크는 배경과 같은 크기거나, 비율이 같고 더 작아야 합니다.',
  '{{1}} is {{2}} x {{3}} pixels, but the background is {{4}} x {{5}}. The inpainted background needs the background’s size.':
    '{{1}}: {{2}} x {{3}}픽셀인데 배경은 {{4}} x {{5}}입니다. 빈 배경은 배경과 크기가 같아야 합니다.',
  '{{1}} is {{2}} x {{3}} pixels, but its concept image is {{4}} x {{5}}. A subject mask needs the image’s size, or a smaller size of the same aspect.':
    '{{1}}: {{2}} x {{3}}픽셀인데 콘셉트 그림은 {{4}} x {{5}}입니다. 피사체 마스크는 그림과 같은 크기거나, 비율이 같고 더 작아야 합니다.',
  'The mask {{1}} covers nothing. {{2}}': '마스크 {{1}}: 아무것도 덮지 않습니다. {{2}}',
  '{{1}} of the concept "{{2}}" {{3}}': '콘셉트 “{{2}}”의 {{1}}: {{3}}',
  'The mask': '마스크',
  'The placed picture': '배치한 그림',
  'is outside the frame. Move it into the frame, or choose a frame that shows it.':
    '프레임 밖에 있습니다. 프레임 안으로 옮기거나, 그것이 보이는 프레임을 고르세요.',
  'is nowhere half opaque in the frame: little of it is inside, it is too small, its soft edge is too wide, or the picture itself is too transparent. Move it into the frame, make it larger, make its soft edge narrower, or choose a more opaque picture.':
    '프레임 안에 절반 이상 불투명한 곳이 없습니다. 조금만 걸쳐 있거나, 너무 작거나, 부드러운 가장자리가 너무 넓거나, 그림 자체가 너무 투명합니다. 프레임 안으로 옮기거나, 더 크게 하거나, 부드러운 가장자리를 좁히거나, 더 불투명한 그림을 고르세요.',
  'is wholly behind the mask of what is in front of it. Erase a part of that mask.':
    '앞쪽 물체의 마스크에 완전히 가려져 있습니다. 그 마스크의 일부를 지우세요.',
  'is too small or too thin: the model works on squares of {{1}} x {{2}} pixels of its input, and it does not cover half of any. Make it larger, draw a smaller frame around it, or give it a feather.':
    '너무 작거나 가늡니다. 모델은 입력을 {{1}} x {{2}}픽셀의 칸으로 다루는데, 어느 칸도 절반을 덮지 못합니다. 더 크게 하거나, 더 작은 프레임을 그리거나, 페더를 주세요.',
  'is completely covered by concepts in front of it. Move it, or bring it forward.':
    '앞에 있는 콘셉트에 완전히 덮여 있습니다. 옮기거나 앞으로 가져오세요.',
  '{{1}} covers nothing: it needs white on the subject.':
    '{{1}}: 아무것도 덮지 않습니다. 피사체 부분이 흰색이어야 합니다.',
  'Nothing is left of the picture of "{{1}}": its subject mask and its transparency hide every pixel. Draw a larger subject mask.':
    '“{{1}}”의 그림에 남은 것이 없습니다. 피사체 마스크와 투명도가 모든 픽셀을 가립니다. 피사체 마스크를 더 크게 그리세요.',
  'The point {{1}}, {{2}} lies outside the picture of {{3}} x {{4}} pixels.':
    '점 {{1}}, {{2}}이(가) {{3}} x {{4}}픽셀인 그림의 바깥에 있습니다.',
  'The box lies outside the picture of {{1}} x {{2}} pixels.':
    '상자가 {{1}} x {{2}}픽셀인 그림의 바깥에 있습니다.',

  'The masks cover nothing: there is no object to remove.':
    '마스크가 아무것도 덮지 않습니다. 지울 물체가 없습니다.',
  'The masks, with their margin, cover the whole picture: there is nothing left to fill from. Make the margin smaller.':
    '마스크가 여백까지 합쳐 그림 전체를 덮어, 채우는 데 쓸 부분이 남지 않습니다. 여백을 줄이세요.',

  // The method.
  'A scene takes 1 to {{1}} concepts; this one has {{2}}.':
    '한 장면에는 콘셉트가 1~{{1}}개 들어가는데, 이 장면에는 {{2}}개가 있습니다.',
  'The background is {{1}} x {{2}}; both sides must be multiples of {{3}}.':
    '배경이 {{1}} x {{2}}픽셀입니다. 두 변 모두 {{3}}의 배수여야 합니다.',
  '{{1}} is {{2}} x {{3}}, but the background is {{4}} x {{5}}.':
    '{{1}}: {{2}} x {{3}}픽셀인데 배경은 {{4}} x {{5}}입니다.',
  'At least one candidate must be requested.': '후보를 하나 이상 요청해야 합니다.',
  'Guidance must be 1 or larger, not {{1}}.': '가이던스는 1 이상이어야 합니다. {{1}}은(는) 안 됩니다.',
  'A picture of {{1}} x {{2}} pixels cannot be generated: both sides must be multiples of {{3}}.':
    '{{1}} x {{2}}픽셀의 그림은 만들 수 없습니다. 두 변 모두 {{3}}의 배수여야 합니다.',
  'Steps must be a whole number from 1 to {{1}}, not {{2}}.':
    '단계 수는 1에서 {{1}}까지의 정수여야 합니다. {{2}}은(는) 안 됩니다.',
  'The steps offset must be at least 1, not {{1}}.':
    '단계 오프셋은 1 이상이어야 합니다. {{1}}은(는) 안 됩니다.',
  'The share of the noise to start at must be above 0 and at most 1, not {{1}}.':
    '시작할 노이즈의 비율은 0보다 크고 1 이하여야 합니다. {{1}}은(는) 안 됩니다.',
  "The tokenizer's vocabulary lacks its token {{1}}.": '토크나이저의 어휘에 토큰 {{1}}이(가) 없습니다.',
  'The width of a transition band must be a whole number, not {{1}}.':
    '전환 띠의 너비는 정수여야 합니다. {{1}}은(는) 안 됩니다.',
  'A mask cannot be moved by {{1}}.': '마스크를 {{1}}만큼 옮길 수 없습니다.',
  'The scale of a mask must be above 0, not {{1}} x {{2}}.':
    '마스크의 배율은 0보다 커야 합니다. {{1}} x {{2}}은(는) 안 됩니다.',
  'The margin of a rectangle must be a whole number, not {{1}}.':
    '사각형의 여백은 정수여야 합니다. {{1}}은(는) 안 됩니다.',
  '{{1}} must be 0 or larger, not {{2}}.': '{{1}}: 0 이상이어야 합니다. {{2}}은(는) 안 됩니다.',

  // Export.
  'The picture has {{1}} bytes; the limit is {{2}}.': '그림이 {{1}}바이트입니다. 한도는 {{2}}입니다.',
  'The picture is not a PNG, JPEG or WebP file.': '그림이 PNG, JPEG, WebP 파일이 아닙니다.',
  'WebP holds at most {{1}} pixels a side, and the picture is {{2}} × {{3}}. Choose PNG, JPEG or TIFF.':
    'WebP는 한 변이 {{1}}픽셀까지인데 그림은 {{2}} × {{3}}입니다. PNG, JPEG, TIFF 가운데 고르세요.',
  'The layers are too large for one PSD file. Choose OpenRaster, or PNG for the picture alone.':
    '레이어가 PSD 파일 하나에 담기에 너무 큽니다. OpenRaster를 고르거나, 그림만이라면 PNG를 고르세요.',
  '{{1}} does not have the picture’s size.': '{{1}}: 그림과 크기가 다릅니다.',
  'The picture cannot be read: {{1}}.': '그림을 읽을 수 없습니다(“{{1}}”).',
  'The render request in {{1}} is not JSON.': '{{1}}에 든 렌더링 요청이 JSON이 아닙니다.',
  'The sweep has no picture yet.': '훑어보기에 아직 그림이 없습니다.',
  'The sheet is too large for one picture. Sweep fewer values.':
    '시트가 그림 하나에 담기에 너무 큽니다. 값의 수를 줄이세요.',
  'A picture of the sweep could not be loaded.': '훑어보기의 그림을 불러오지 못했습니다.',
};
