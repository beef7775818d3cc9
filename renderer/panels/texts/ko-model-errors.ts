/** The sentences of errors about the engine, models, packs and farms (see ko-error-details.ts). */
export const koModelErrors: Readonly<Record<string, string>> = {
  // The engine.
  'The process that runs the models did not respond for {{1}} and was ended. The next render starts it again.':
    '모델을 실행하는 프로세스가 {{1}} 동안 응답하지 않아 종료했습니다. 다음 렌더링에서 다시 시작합니다.',
  'The process that runs the models ran out of memory and ended. The next render starts it again; close other programs, or use smaller pictures or a smaller model.{{1}}':
    '모델을 실행하는 프로세스가 메모리 부족으로 끝났습니다. 다음 렌더링에서 다시 시작합니다. 다른 프로그램을 닫거나 더 작은 그림이나 모델을 쓰세요.{{1}}',
  'The process that runs the models could not be started. Restart the program, or reinstall it.{{1}}':
    '모델을 실행하는 프로세스를 시작하지 못했습니다. 프로그램을 다시 시작하거나 다시 설치하세요.{{1}}',
  'The process that runs the models could not be started: {{1}}':
    '모델을 실행하는 프로세스를 시작하지 못했습니다(“{{1}}”).',
  'The process that runs the models {{1}}.{{2}} The next render starts it again.{{3}}':
    '모델을 실행하는 프로세스가 갑자기 끝났습니다(“{{1}}”).{{2}} 다음 렌더링에서 다시 시작합니다.{{3}}',
  'There is too little memory to start the models on the device {{1}}. {{2}}':
    '장치 {{1}}에서 모델을 시작하기에 메모리가 부족합니다. {{2}}',
  'There is too little memory ({{1}}). {{2}}': '메모리가 부족합니다(“{{1}}”). {{2}}',
  '{{1}}: there is too little memory. {{2}}': '{{1}}: 메모리가 부족합니다. {{2}}',
  'No device can run the models. {{1}}.': '모델을 실행할 수 있는 장치가 없습니다(“{{1}}”).',
  'The device {{1}} cannot be used here. {{2}}.': '장치 {{1}}은(는) 여기서 쓸 수 없습니다(“{{2}}”).',
  'OpenCV failed: {{1}}': 'OpenCV가 실패했습니다(“{{1}}”).',

  // Models on this computer.
  'PNPMIX_MODELS_DIR sets the models folder. Change it there, or start the program without it.':
    '모델 폴더는 PNPMIX_MODELS_DIR이 정합니다. 거기서 바꾸거나, 그것 없이 프로그램을 시작하세요.',
  '{{1}} is not in the list of models any more.': '{{1}}은(는) 더 이상 모델 목록에 없습니다.',
  'The {{1}} “{{2}}” (SHA-256 {{3}}) is not on this computer, or not in the folders that are searched. Open Models and locate the file, or choose another.':
    '“{{2}}”({{1}}, SHA-256 {{3}})이(가) 이 컴퓨터나 찾아보는 폴더에 없습니다. 모델을 열어 파일의 위치를 알려 주거나 다른 것을 고르세요.',
  'No model in {{1}} has the content of “{{2}}” (SHA-256 {{3}}).':
    '{{1}}에 “{{2}}”(SHA-256 {{3}})과(와) 내용이 같은 모델이 없습니다.',
  '{{1}} is another model than “{{2}}”: its SHA-256 is {{3}}, not {{4}}. Choose the right one, or use this one instead.':
    '{{1}}은(는) “{{2}}”과(와) 다른 모델입니다. SHA-256이 {{4}}이(가) 아니라 {{3}}입니다. 맞는 것을 고르거나 이것을 대신 쓰세요.',
  'There is no model pack {{1}} here. Choose another in Models: {{2}}.':
    '모델 팩 {{1}}이(가) 여기에 없습니다. 모델에서 다른 것을 고르세요: {{2}}.',
  'The model pack {{1}} is not installed. Download or import it in Models, or choose another: {{2}}.':
    '모델 팩 {{1}}이(가) 설치되지 않았습니다. 모델에서 내려받거나 가져오고, 아니면 다른 것을 고르세요: {{2}}.',
  'The request is for {{1}}; the model that is open is {{2}}. Open that model, or render the scene again with this one.':
    '요청은 {{1}}용인데 열려 있는 모델은 {{2}}입니다. 그 모델을 열거나, 이 모델로 장면을 다시 렌더링하세요.',
  'This render was made with {{1}}; the model that is open is {{2}}. Open that model to score it.':
    '이 렌더링은 {{1}}(으)로 만들었는데 열려 있는 모델은 {{2}}입니다. 점수를 매기려면 그 모델을 여세요.',
  '"{{1}}" cannot be scored: no pixel of its {{2}} is covered for more than half.':
    '“{{1}}”의 점수를 매길 수 없습니다. {{2}}에서 절반 넘게 덮인 픽셀이 없습니다.',
  region: '영역',
  'subject mask': '피사체 마스크',
  'The pack {{1}} has no model that tells a picture’s subject. Download the component "subject" of Stable Diffusion 2.1 in Models (npx pnpmix models pull sd21 --component subject), or cut the subject out by clicks.':
    '팩 {{1}}에는 그림의 피사체를 구분하는 모델이 없습니다. 모델에서 Stable Diffusion 2.1의 구성 요소 “subject”를 내려받거나(npx pnpmix models pull sd21 --component subject), 피사체를 클릭해 오려 내세요.',
  'The pack {{1}} has no model that detects subjects by name. Click on the subject, or draw a box around it.':
    '팩 {{1}}에는 이름으로 피사체를 찾는 모델이 없습니다. 피사체를 클릭하거나 상자를 그리세요.',
  'The pack {{1}} has no model that fills holes.': '팩 {{1}}에는 빈 곳을 채우는 모델이 없습니다.',
  'There is no model pack at {{1}}.': '{{1}}에 모델 팩이 없습니다.',
  'The file {{1}} of the pack at {{2}} is missing.': '{{2}}에 있는 팩의 파일 {{1}}이(가) 없습니다.',
  '{{1}} of the pack at {{2}} has {{3}} bytes; its manifest says {{4}}.':
    '{{2}}에 있는 팩의 {{1}}이(가) {{3}}바이트인데 목록에는 {{4}}로 되어 있습니다.',
  '{{1}} of the pack at {{2}} is not the file listed in its manifest: its SHA-256 differs.':
    '{{2}}에 있는 팩의 {{1}}은(는) 목록의 파일이 아닙니다. SHA-256이 다릅니다.',
  '{{1}} lacks CLIP’s vocabulary. Reinstall the program.':
    '{{1}}에 CLIP의 어휘가 없습니다. 프로그램을 다시 설치하세요.',
  '{{1}} cannot be used: {{2}}.': '{{1}}: 쓸 수 없습니다(“{{2}}”).',

  // Packs: downloads, imports, files.
  '{{1}} belongs to the pack {{2}}, not {{3}}.': '{{1}}은(는) {{3}}이(가) 아니라 팩 {{2}}의 것입니다.',
  '{{1}} is not a catalogue: {{2}}': '{{1}}: 목록 파일이 아닙니다(“{{2}}”).',
  '{{1}} does not state the length of {{2}}; after {{3}} bytes too little space is left on the disk ({{4}} bytes are kept in reserve). The unfinished download was deleted.':
    '{{1}}이(가) {{2}}의 길이를 알려 주지 않았고, {{3}}바이트를 받은 뒤 디스크 공간이 부족해졌습니다({{4}}바이트는 남겨 둡니다). 내려받다 만 파일은 지웠습니다.',
  '{{1}} could not be downloaded: {{2}}.': '{{1}}을(를) 내려받지 못했습니다(“{{2}}”).',
  'No source has {{1}}: {{2}}.': '{{1}}이(가) 있는 곳이 없습니다(“{{2}}”).',
  'The file name {{1}} is not supported: it has characters other than letters, digits, dots, hyphens and underscores. Rename the file.':
    '파일 이름 {{1}}은(는) 지원하지 않습니다. 영문자, 숫자, 점, 붙임표, 밑줄만 쓸 수 있습니다. 이름을 바꾸세요.',
  '{{1}} is a link to a missing file.': '{{1}}: 없는 파일을 가리키는 링크입니다.',
  'Another model is installed as {{1}} ({{2}}). Remove that part first: models remove {{3}} --component {{4}}.':
    '다른 모델이 {{1}}(으)로 설치되어 있습니다({{2}}). 먼저 그 부분을 제거하세요: models remove {{3}} --component {{4}}.',
  '{{1}} is damaged: its SHA-256 differs from its name in the hub cache. Download it again.':
    '{{1}} 파일이 손상되었습니다. SHA-256이 허브 캐시의 이름과 다릅니다. 다시 내려받으세요.',
  '{{1}} exists already. Remove the pack or move the file away first.':
    '{{1}} 파일이 이미 있습니다. 먼저 팩을 제거하거나 파일을 옮기세요.',
  'The copy to {{1}} needs {{2}} bytes, but only {{3}} are free. Make room, or import with --mode link.':
    '{{1}}에 복사하려면 {{2}}바이트가 필요한데 {{3}}바이트만 남았습니다. 공간을 확보하거나 --mode link로 가져오세요.',
  'The download to {{1}} needs {{2}} bytes, but only {{3}} are free there ({{4}} are kept in reserve). Make room, or choose another models folder.':
    '{{1}}에 내려받으려면 {{2}}바이트가 필요한데 {{3}}바이트만 남았습니다({{4}}바이트는 남겨 둡니다). 공간을 확보하거나 다른 모델 폴더를 고르세요.',
  '{{1}} does not contain what is needed. {{2}}': '{{1}}에 필요한 것이 없습니다(“{{2}}”).',
  '{{1}} fits both {{2}} and {{3}}. Choose one with --component.':
    '{{1}}은(는) {{2}}에도 {{3}}에도 맞습니다. --component로 하나를 고르세요.',
  '{{1}} {{2}}; {{3}} is needed.': '{{3}}이(가) 필요합니다(“{{1}} {{2}}”).',
  '{{1}} cannot be read as a configuration.': '{{1}}: 설정 파일로 읽을 수 없습니다.',
  '{{1}} is not a configuration.': '{{1}}: 설정 파일이 아닙니다.',
  '{{1}} is not a complete safetensors file: {{2}}.': '{{1}}: 온전한 safetensors 파일이 아닙니다(“{{2}}”).',
  '{{1}} is damaged or was written by a newer version. Move the folder away, then import it again.':
    '{{1}}: 손상되었거나 더 새로운 버전에서 썼습니다. 폴더를 옮긴 뒤 다시 가져오세요.',
  'There is no pack {{1}}. Known packs: {{2}}.': '팩 {{1}}이(가) 없습니다. 알려진 팩: {{2}}.',
  '{{1}} was imported from {{2}} and is not the catalogue’s file: it cannot be downloaded again. Remove the part (models remove {{3}} --component {{4}}) and import its folder again.':
    '{{1}}은(는) {{2}}에서 가져온 파일로 목록의 파일이 아니어서 다시 내려받을 수 없습니다. 그 부분을 제거하고(models remove {{3}} --component {{4}}) 폴더를 다시 가져오세요.',
  '{{1}} Choose the models folder again.': '{{1}} 모델 폴더를 다시 고르세요.',
  'Another process is working on the pack {{1}} in {{2}}. Wait for it, or stop it first.':
    '다른 프로세스가 {{2}}의 팩 {{1}}을(를) 쓰고 있습니다. 기다리거나 먼저 그것을 멈추세요.',
  '{{1}} cannot be hard-linked to the models folder ({{2}}); both must be on one disk. Import with --mode link or copy.':
    '{{1}}을(를) 모델 폴더에 하드 링크할 수 없습니다({{2}}). 둘이 같은 디스크에 있어야 합니다. --mode link나 copy로 가져오세요.',
  'This system does not let you create links ({{1}}). Import with --mode copy.':
    '이 시스템에서는 링크를 만들 수 없습니다({{1}}). --mode copy로 가져오세요.',
  '{{1}} changed while it was copied.': '{{1}} 파일이 복사하는 동안 바뀌었습니다.',
  'Read and accept first: {{1}}.': '먼저 읽고 동의하세요: {{1}}.',
  '{{1}} was not written by the model store and is not the expected file. Move it away, or import its folder.':
    '{{1}}은(는) 모델 저장소가 쓴 파일이 아니고 기대한 파일도 아닙니다. 옮기거나 폴더를 가져오세요.',
  'The import of {{1}} from {{2}} was interrupted. Import it again, or remove it first (models remove {{3}} --component {{4}}).':
    '{{2}}에서 {{1}}을(를) 가져오다 중단되었습니다. 다시 가져오거나 먼저 제거하세요(models remove {{3}} --component {{4}}).',
  '{{1}} was changed after it was installed. Run verify with --repair to download it again, or move it away.':
    '{{1}} 파일이 설치된 뒤 바뀌었습니다. 복구를 눌러 다시 내려받거나 파일을 옮기세요.',
  '{{1}} is a link or a file, not a folder of the store; it stays.':
    '{{1}}은(는) 저장소의 폴더가 아니라 링크나 파일이어서 그대로 둡니다.',
  'The pack {{1}} has no component {{2}}. It has: {{3}}.':
    '팩 {{1}}에 구성 요소 {{2}}이(가) 없습니다. 있는 것: {{3}}.',

  // Model files that do not fit.
  'The autoencoder has {{1}} colour channels instead of 3.':
    '오토인코더의 색 채널이 3개가 아니라 {{1}}개입니다.',
  '{{1}}/model_index.json cannot be read.': '{{1}}/model_index.json 파일을 읽을 수 없습니다.',
  '{{1}}/model_index.json is not a model index.': '{{1}}/model_index.json 파일이 모델 목록이 아닙니다.',
  'The U-Net needs pooled text of {{1}} values and {{2}} time ids, but got {{3}} and {{4}}.':
    'U-Net에는 풀링된 텍스트 값 {{1}}개와 시간 id {{2}}개가 필요한데 {{3}}개와 {{4}}개를 받았습니다.',
  '{{1}} has none of {{2}}.': '{{1}}에 {{2}} 가운데 아무것도 없습니다.',
  'An inpainter needs a picture [1, 3, height, width] and a mask [1, 1, height, width] of one fixed size, both float32; this one needs {{1}}.':
    '인페인팅 모델의 입력은 크기가 정해진 float32 그림 [1, 3, 높이, 너비]와 마스크 [1, 1, 높이, 너비]여야 합니다. 이 모델은 {{1}}입니다.',
  'The inpainter returns {{1}} [{{2}}] for a {{3}} x {{4}} picture.':
    '인페인팅 모델이 {{3}} x {{4}} 그림에 {{1}} [{{2}}]을(를) 내놓았습니다.',
  'The inpainter turns a grey picture without a hole into {{1}}: its range is neither 0..1 nor 0..255.':
    '인페인팅 모델이 구멍 없는 회색 그림을 {{1}}(으)로 바꾸었습니다. 범위가 0..1도 0..255도 아닙니다.',
  '{{1}} does not describe a supported model.': '{{1}}: 지원하는 모델이 아닙니다.',
  '{{1}} {{2}} values per token, but the U-Net needs {{3}}.':
    'U-Net에는 토큰마다 값 {{3}}개가 필요합니다(“{{1}} {{2}}”).',
  'The second text encoder returns {{1}} values for the whole prompt, but the U-Net needs {{2}}.':
    '두 번째 텍스트 인코더가 프롬프트 전체에 값 {{1}}개를 내놓는데, U-Net에는 {{2}}개가 필요합니다.',
  'The autoencoder’s latents have {{1}} channels, but the U-Net needs {{2}}.':
    '오토인코더의 잠재 채널은 {{1}}개인데 U-Net에는 {{2}}개가 필요합니다.',
  '{{1}}/vocab.json is not a map from tokens to numbers.': '{{1}}/vocab.json이 토큰과 번호의 표가 아닙니다.',
  'The pad_token in {{1}}/{{2}} is not a token.': '{{1}}/{{2}}의 pad_token이 토큰이 아닙니다.',
  '{{1}}: tensor "{{2}}" holds a value that is not a number. The file is damaged.':
    '{{1}}: 텐서 “{{2}}”에 숫자가 아닌 값이 있습니다. 파일이 손상되었습니다.',
  'The weights of {{1}} contain {{2}} tensors that its configuration does not use, such as "{{3}}": they belong to different models.':
    '{{1}}의 가중치에 설정이 쓰지 않는 텐서가 {{2}}개 있습니다(예: “{{3}}”). 서로 다른 모델의 것입니다.',
  'The model {{1}} has no {{2}} "{{3}}".': '모델 {{1}}에 {{2}} “{{3}}”이(가) 없습니다.',
  'The {{1}} "{{2}}" of the model {{3}} is {{4}}; {{5}} is needed.':
    '모델 {{3}}의 {{1}} “{{2}}”이(가) {{4}}입니다. {{5}}이(가) 필요합니다.',
  'The model {{1}} needs inputs that this program does not provide: {{2}}.':
    '모델 {{1}}에 이 프로그램이 주지 않는 입력이 필요합니다: {{2}}.',
  '{{1}} does not state its model type.': '{{1}}에 모델 종류가 없습니다.',
  '{{1}} names {{2}} {{3}}, but its network gives {{4}} values.':
    '{{1}}에 있는 수(“{{2}} {{3}}”)가 신경망이 내놓는 값 {{4}}개와 다릅니다.',
  '{{1}} takes no pictures: it is a {{2}}.': '{{1}}은(는) 그림을 받지 않습니다. {{2}}입니다.',
  '{{1}}: pictures have to be prepared to one square size.':
    '{{1}}: 그림을 한 가지 정사각형 크기로 준비해야 합니다.',
  '{{1}} prepares pictures of {{2}} pixels, but its model takes {{3}}.':
    '{{1}}은(는) 그림을 {{2}}픽셀로 준비하는데 모델은 {{3}}픽셀을 받습니다.',
  '{{1}} contains a model of type "{{2}}", not a SAM.':
    '{{1}}에 SAM이 아니라 “{{2}}” 종류의 모델이 있습니다.',
  '{{1}} does not describe how to prepare pictures for the model.':
    '{{1}}에 모델에 넣을 그림을 준비하는 방법이 없습니다.',
  'The subject model takes {{1}}, where one picture of three channels was expected.':
    '피사체 모델은 채널이 세 개인 그림 한 장이 아니라 {{1}}을(를) 받습니다.',

  // Farms.
  'No worker of the farm {{1}} has offered the pack {{2}}.':
    '렌더 팜 {{1}}의 어느 작업기도 팩 {{2}}을(를) 제공하지 않습니다.',
  'The farm {{1}} has several models named {{2}}: open the one to use on this computer first.':
    '렌더 팜 {{1}}에 이름이 {{2}}인 모델이 여럿 있습니다. 쓸 모델을 먼저 이 컴퓨터에서 여세요.',
  'The farm no longer has the picture {{1}}.': '렌더 팜에 그림 {{1}}이(가) 더 이상 없습니다.',
  'A picture is larger than the {{1}} MiB that a farm takes.': '그림이 렌더 팜이 받는 {{1}} MiB보다 큽니다.',
  'The picture to store does not have the hash that it should have.': '저장할 그림의 해시가 맞지 않습니다.',
  'The farm’s store for pictures is full ({{1}} GiB). Pictures leave it {{2}} hours after their last use.':
    '렌더 팜의 그림 저장소가 가득 찼습니다({{1}} GiB). 그림은 마지막으로 쓴 지 {{2}}시간 뒤에 지워집니다.',
  'The farm’s store for pictures, {{1}}, cannot be used ({{2}}). Check the bucket, the address, and the credentials and region of AWS’s environment variables or profile.':
    '렌더 팜의 그림 저장소 {{1}}을(를) 쓸 수 없습니다(“{{2}}”). 버킷과 주소, AWS 환경 변수나 프로필의 인증 정보와 리전을 확인하세요.',
  'The farm’s queue at {{1}} cannot be reached: {{2}}. Check the address, and that the server runs.':
    '{{1}}에 있는 렌더 팜의 대기열에 연결할 수 없습니다(“{{2}}”). 주소와 서버 실행 여부를 확인하세요.',
  'The certificate file {{1}} cannot be read.': '인증서 파일 {{1}}을(를) 읽을 수 없습니다.',
  'This computer has no farm "{{1}}". {{2}} Add one with: npx pnpmix farm add':
    '이 컴퓨터에 렌더 팜 “{{1}}”이(가) 없습니다. {{2}} 추가하려면: npx pnpmix farm add',
  'The job was made by a {{1}} version of the program (contract {{2}}; this worker has {{3}}). Run the same version on clients and workers.':
    '작업이 다른 버전의 프로그램에서 만들어졌습니다({{1}}, 규격 {{2}}, 이 작업기는 {{3}}). 클라이언트와 작업기에서 같은 버전을 실행하세요.',
  'A worker without this studio’s key ended the job.': '이 스튜디오의 키가 없는 작업기가 작업을 끝냈습니다.',
  'The farm gave the job up: {{1}}.': '렌더 팜이 작업을 포기했습니다(“{{1}}”).',
  '{{1}} Clients and workers of a farm need the same key file.':
    '{{1}} 렌더 팜의 클라이언트와 작업기에는 같은 키 파일이 필요합니다.',
  'The studio key {{1}} cannot be read. Make one with "npx pnpmix farm key --out {{2}}", or copy the one that the farm’s workers use.':
    '스튜디오 키 {{1}}을(를) 읽을 수 없습니다. “npx pnpmix farm key --out {{2}}”로 만들거나 렌더 팜의 작업기가 쓰는 것을 복사하세요.',
  '{{1}} is not a studio key: it must hold 32 bytes in base64.':
    '{{1}}은(는) 스튜디오 키가 아닙니다. base64로 된 32바이트여야 합니다.',
  '{{1}} exists already. Without it, nobody can read the farm’s jobs: move it away first.':
    '{{1}} 파일이 이미 있습니다. 그것 없이는 아무도 렌더 팜의 작업을 읽을 수 없습니다. 먼저 옮기세요.',

  // Checkpoints, LoRAs and embeddings: what is wrong with a file.
  'The LoRA {{1}} does not fit this model: {{2}}. It changes {{3}} {{4}}, which is not in the model.':
    'LoRA {{1}}은(는) 이 모델에 맞지 않습니다({{2}}). 모델에 없는 것을 바꿉니다: {{3}} {{4}}',
  'The LoRA {{1}} does not fit this model: {{2}}. Its change to {{3}} {{4}} is [{{5}}] times [{{6}}]; the weight is [{{7}}].':
    'LoRA {{1}}은(는) 이 모델에 맞지 않습니다({{2}}). 변경은 [{{5}}] 곱하기 [{{6}}]인데 가중치는 [{{7}}]입니다: {{3}} {{4}}',
  'it was made for another model': '다른 모델용',
  'it was made for {{1}}': '{{1}}용',
  '{{1}} contains the tensor "{{2}}", which no LoRA of kohya, PEFT or diffusers for SD 1.x, SD 2.x or SDXL has.':
    '{{1}}에 든 텐서 “{{2}}”은(는) SD 1.x, SD 2.x, SDXL용 kohya, PEFT, diffusers LoRA의 것이 아닙니다.',
  '{{1}} is {{2}}, which is not supported; plain LoRA and LoCon are. Choose a LoRA.':
    '{{1}}은(는) {{2}} 형식이라 지원되지 않습니다. 일반 LoRA와 LoCon만 지원됩니다. LoRA를 고르세요.',
  '{{1}}: tensor "{{2}}" is stored as {{3}}. Choose the LoRA in fp16, bf16 or fp32.':
    '{{1}}: 텐서 “{{2}}”이(가) {{3}} 형식입니다. fp16, bf16, fp32로 된 LoRA를 고르세요.',
  '{{1}} has only one of the two factors of {{2}} {{3}}.':
    '{{1}}: 두 인수 가운데 하나만 있습니다: {{2}} {{3}}',
  'Tensor "{{1}}" of the LoRA is stored as {{2}}.': 'LoRA의 텐서 “{{1}}”이(가) {{2}} 형식입니다.',
  '{{1}} has {{2}} vectors for one text encoder and {{3}} for the other.':
    '{{1}}: 한 텍스트 인코더용 벡터는 {{2}}개인데 다른 인코더용은 {{3}}개입니다.',
  '{{1}} is not an embedding: it has {{2}} tensors, none of them emb_params, or clip_l and clip_g.':
    '{{1}}은(는) 임베딩이 아닙니다. 텐서가 {{2}}개인데 emb_params도, clip_l과 clip_g도 없습니다.',
  '{{1}}: "{{2}}" is [{{3}}]; an embedding is 1 to {{4}} rows of vectors.':
    '{{1}}: “{{2}}”이(가) [{{3}}]입니다. 임베딩은 벡터 1~{{4}}행이어야 합니다.',
  '{{1}} contains a {{2}}, which is not supported.': '{{1}}에 든 {{2}}은(는) 지원되지 않습니다.',
  '{{1}} contains a {{2}}, which is not supported there.':
    '{{1}}에 든 {{2}}은(는) 그 자리에서 지원되지 않습니다.',
  '{{1}} contains several checkpoints ({{2}}). Choose one of the files.':
    '{{1}}에 체크포인트가 여러 개 있습니다({{2}}). 파일 하나를 고르세요.',
  'The checkpoint {{1}} has {{2}}.{{3}}': '체크포인트 {{1}}: “{{2}}”.{{3}}',
  '{{1}} has no config.json.': '{{1}}에 config.json이 없습니다.',
  '{{1}} names no class: neither _class_name nor architectures says one.':
    '{{1}}에 클래스 이름이 없습니다. _class_name에도 architectures에도 없습니다.',
  '{{1}} has no weight_map.': '{{1}}에 weight_map이 없습니다.',
  '{{1}} lists {{2}}, which is no file beside it.': '{{1}}에 적힌 {{2}} 파일이 그 옆에 없습니다.',
  'hidden_size {{1}} does not divide into {{2}} heads.':
    'hidden_size {{1}}을(를) 헤드 {{2}}개로 나눌 수 없습니다.',
  '{{1}}: {{2}} channels do not divide into {{3}} groups.':
    '{{1}}: 채널 {{2}}개를 그룹 {{3}}개로 나눌 수 없습니다.',
  '{{1}}: a side of {{2}} pixels does not divide into patches of {{3}}.':
    '{{1}}: {{2}}픽셀인 변을 {{3}}픽셀 패치로 나눌 수 없습니다.',
  'The U-Net has {{1}} channels, which do not divide into heads of {{2}}.':
    'U-Net의 채널 {{1}}개를 크기 {{2}}의 헤드로 나눌 수 없습니다.',
  'Tensor "{{1}}" is in more than one of the component\'s files.':
    '텐서 “{{1}}”이(가) 구성 요소의 여러 파일에 있습니다.',
  'Tensor "{{1}}" is stored as {{2}}; {{3}}.': '텐서 “{{1}}”이(가) {{2}} 형식입니다(“{{3}}”).',
  'Tensor "{{1}}" of {{2}} is {{3}}, not a real number type.':
    '{{2}}의 텐서 “{{1}}”이(가) 실수 형식이 아니라 {{3}}입니다.',
  'Tensor "{{1}}" and another tensor of the file both map to "{{2}}".':
    '텐서 “{{1}}”과(와) 파일의 다른 텐서가 모두 “{{2}}”에 해당합니다.',
  'Tensor "{{1}}" has {{2}} rows, which do not divide into {{3}} parts.':
    '텐서 “{{1}}”의 행 {{2}}개를 {{3}}개로 나눌 수 없습니다.',
  'Tensor "{{1}}" has the shape [{{2}}].': '텐서 “{{1}}”의 모양이 [{{2}}]입니다.',
  'The checkpoint has no tensor "{{1}}".': '체크포인트에 텐서 “{{1}}”이(가) 없습니다.',
  'The file has no tensor "{{1}}".': '파일에 텐서 “{{1}}”이(가) 없습니다.',
  '{{1}} has no tensor "{{2}}".': '{{1}}에 텐서 “{{2}}”이(가) 없습니다.',
  '{{1}} cannot be read.': '{{1}}을(를) 읽을 수 없습니다.',
  '{{1}} cannot be opened.': '{{1}}을(를) 열 수 없습니다.',
  '{{1}} is cut short: {{2}}.': '{{1}}이(가) 중간에 끊겼습니다(“{{2}}”).',
  '{{1}} is not a JSON object.': '{{1}}은(는) JSON 객체가 아닙니다.',
  'The configuration of {{1}} cannot be used: {{2}}.': '{{1}}의 설정을 쓸 수 없습니다(“{{2}}”).',
  'The configuration of CLIPModel cannot be used: {{1}} is no object.':
    'CLIPModel의 설정을 쓸 수 없습니다. {{1}}이(가) 객체가 아닙니다.',
  'The configuration of UNet2DConditionModel cannot be used: {{1}}.':
    'UNet2DConditionModel의 설정을 쓸 수 없습니다(“{{1}}”).',
  '{{1}} has {{2}} entries; the model has {{3}} blocks.':
    '{{1}}: 항목은 {{2}}개인데 모델의 블록은 {{3}}개입니다.',
  '{{1}} contains a {{2}}; an encoder is one of {{3}}.':
    '{{1}}에 {{2}}이(가) 들어 있습니다. 인코더는 다음 가운데 하나여야 합니다. {{3}}',
  '{{1}} contains a {{2}}, which takes no {{3}}.': '{{1}}에 든 {{2}}은(는) {{3}}을(를) 받지 않습니다.',
  '{{1}}: tensor "{{2}}" has the unknown dtype {{3}}.':
    '{{1}}: 텐서 “{{2}}”의 형식 {{3}}을(를) 알 수 없습니다.',
  '{{1}}: {{2}} bytes after the last tensor belong to none.':
    '{{1}}: 마지막 텐서 뒤의 {{2}}바이트는 어느 텐서에도 속하지 않습니다.',
  '{{1}} is not a safetensors file, or is damaged: {{2}}.':
    '{{1}}은(는) safetensors 파일이 아니거나 손상되었습니다(“{{2}}”).',
  '{{1}}: tensor "{{2}}": {{3}}.': '{{1}}: 텐서 “{{2}}”에 문제가 있습니다(“{{3}}”).',
  '{{1}} is a {{2}} without a U-Net, which is not supported. Choose a model of SD 1.x, SD 2.x or SDXL.':
    '{{1}}은(는) U-Net이 없는 {{2}} 모델이라 지원되지 않습니다. SD 1.x, SD 2.x, SDXL 모델을 고르세요.',
  'The U-Net has {{1}} input and {{2}} output channels: {{3}}, which cannot blend. Choose the text-to-image checkpoint that it was made from.':
    'U-Net의 입력 채널은 {{1}}개, 출력 채널은 {{2}}개입니다(“{{3}}”). 이런 모델로는 합성할 수 없습니다. 그 바탕이 된 텍스트-이미지 체크포인트를 고르세요.',
  'The U-Net of the file is not one of Stable Diffusion 1.x, 2.x or XL.':
    '파일의 U-Net이 Stable Diffusion 1.x, 2.x, XL의 것이 아닙니다.',
  'There is no autoencoder at {{1}}.': '{{1}}에 오토인코더가 없습니다.',
  "{{1}} contains no autoencoder (VAE). Choose one in LDM's or diffusers' naming.":
    '{{1}}에 오토인코더(VAE)가 없습니다. LDM이나 diffusers 이름을 따르는 것을 고르세요.',
  '{{1}} is the refiner of SDXL, which only finishes pictures of another model. Choose an SDXL base model.':
    '{{1}}은(는) 다른 모델의 그림을 마무리만 하는 SDXL 리파이너입니다. SDXL 기본 모델을 고르세요.',
  '{{1}} was trained with the EDM schedule (Playground 2.5 and the like), which the method cannot use. Choose another SDXL model.':
    '{{1}}은(는) 이 방법이 쓸 수 없는 EDM 스케줄(Playground 2.5 등)로 학습되었습니다. 다른 SDXL 모델을 고르세요.',
  '{{1}} generates from pictures (unCLIP), not from text alone, and cannot blend. Choose a text-to-image checkpoint.':
    '{{1}}은(는) 텍스트만이 아니라 그림에서 생성하는 모델(unCLIP)이라 합성할 수 없습니다. 텍스트-이미지 체크포인트를 고르세요.',
  '{{1}} holds 8-bit floating point weights (fp8, {{2}}), which are not read: they have lost too much for inversion. Choose the file of the same model in fp16, bf16 or fp32.':
    '{{1}}의 가중치는 8비트 부동 소수점(fp8, {{2}})이라 읽지 않습니다. 역변환에 필요한 정밀도를 너무 많이 잃었습니다. 같은 모델의 fp16, bf16, fp32 파일을 고르세요.',

  // Files that are not what they should be.
  '{{1}} holds only {{2}}: the weights for further training, not the averaged ones (EMA) that draw. Download {{3}} or its .fp16 variant of the same model.':
    '{{1}}에는 {{2}}만 있습니다. 그림을 그리는 평균 가중치(EMA)가 아니라 추가 학습용 가중치입니다. 같은 모델의 {{3}}이나 그 .fp16 판을 내려받으세요.',
  '{{1}} is of another architecture (SD 3, Flux or the like). Choose a model of SD 1.x, SD 2.x or SDXL.':
    '{{1}}은(는) 다른 구조(SD 3, Flux 등)의 모델입니다. SD 1.x, SD 2.x, SDXL 모델을 고르세요.',
  '{{1}} is a textual inversion (an embedding for one word), not a model. Choose the model that it was made for, and name the embedding in prompts: --embedding {{2}}.':
    '{{1}}은(는) 모델이 아니라 텍스추얼 인버전(낱말 하나의 임베딩)입니다. 그것이 만들어진 모델을 고르고, 프롬프트에 임베딩 이름을 쓰세요(--embedding {{2}}).',
  '{{1}} is empty: its download never began. Download it again.':
    '{{1}}이(가) 비어 있습니다. 다운로드가 시작되지 않았습니다. 다시 내려받으세요.',
  '{{1}} is a Git LFS pointer, not the file{{2}} that it stands for: the repository was cloned without Git LFS. Run "git lfs pull" in it, or download the file from the repository’s page.':
    '{{1}}은(는) 실제 파일이 아니라 Git LFS 포인터입니다{{2}}. 저장소를 Git LFS 없이 복제했습니다. 그 안에서 “git lfs pull”을 실행하거나 저장소 페이지에서 파일을 내려받으세요.',
  ' of {{1}}': '({{1}})',
  '{{1}} is a web page, not a model file: the download got a page in its place, often one that asks to log in or to accept a licence. Do so in a browser, then download the file itself.':
    '{{1}}은(는) 모델 파일이 아니라 웹 페이지입니다. 로그인이나 라이선스 동의를 요구하는 페이지를 대신 내려받은 경우가 많습니다. 브라우저에서 그렇게 한 뒤 파일 자체를 내려받으세요.',
  '{{1}} is a GGUF file: quantised weights for other programs. Download the same model as a diffusers folder with .safetensors files.':
    '{{1}}은(는) 다른 프로그램용으로 양자화된 GGUF 파일입니다. 같은 모델을 .safetensors 파일이 든 diffusers 폴더로 내려받으세요.',
  '{{1}} holds a server’s answer in place of the file: “{{2}}”. Download it again from a page that you have access to.':
    '{{1}}에 파일 대신 서버의 응답이 들어 있습니다(“{{2}}”). 접근 권한이 있는 페이지에서 다시 내려받으세요.',
  '{{1}} is cut short: {{2}}. Download it again.':
    '{{1}}이(가) 중간에 끊겼습니다(“{{2}}”). 다시 내려받으세요.',
  '{{1}} is {{2}}, a format that can run code when it is opened and is therefore not supported. {{3}}.':
    '{{1}}은(는) 열 때 코드를 실행할 수 있는 형식이라 지원되지 않습니다({{2}}). {{3}}',
  '{{1}} is a LoRA ({{2}}): a change to a model, not a model. Choose the model that it was made for, and add the LoRA to it: --lora {{3}}.':
    '{{1}}은(는) 모델이 아니라 모델을 바꾸는 LoRA({{2}})입니다. 그것이 만들어진 모델을 고르고 LoRA를 더하세요(--lora {{3}}).',
  '{{1}} is a single-file checkpoint ({{2}}), not a part of a diffusers folder. Open the file itself: --checkpoint {{3}}.':
    '{{1}}은(는) diffusers 폴더의 일부가 아니라 단일 파일 체크포인트({{2}})입니다. 파일 자체를 여세요(--checkpoint {{3}}).',
  '{{1}} is a part of a single-file checkpoint ({{2}}), extracted from it. Open the complete file; use an autoencoder with --vae {{3}}.':
    '{{1}}은(는) 단일 파일 체크포인트({{2}})에서 꺼낸 일부입니다. 전체 파일을 여세요. 오토인코더라면 --vae {{3}}(으)로 쓰세요.',
  'a pickle': '피클',
  'a pickle (PyTorch’s {{1}})': '피클, PyTorch의 {{1}}',
  'Download the .safetensors of the same model, or convert it once with diffusers: from_pretrained(FOLDER).save_pretrained(OTHER_FOLDER, safe_serialization=True)':
    '같은 모델의 .safetensors를 내려받거나 diffusers로 한 번 변환하세요: from_pretrained(FOLDER).save_pretrained(OTHER_FOLDER, safe_serialization=True)',
};
