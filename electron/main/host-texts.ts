/** What the host itself shows, in the window's languages: menu, dialogs, system messages. The page has its own texts. */
import type { ExportFormat } from '../contract/export-formats.ts';
import type { Settings } from '../contract/settings.ts';

const en = {
  menu: {
    file: '&File',
    newProject: 'New project…',
    openProject: 'Open project…',
    openRecent: 'Open recent',
    saveAs: 'Save as…',
    export: 'Export…',
    newWindow: 'New window',
    closeWindow: 'Close window',
    quit: 'Quit',
    edit: '&Edit',
    undo: 'Undo',
    redo: 'Redo',
    cut: 'Cut',
    copy: 'Copy',
    paste: 'Paste',
    selectAll: 'Select all',
    settings: 'Settings…',
    view: '&View',
    fit: 'Fit',
    actualSize: 'Actual size',
    zoomIn: 'Zoom in',
    zoomOut: 'Zoom out',
    fullScreen: 'Full screen',
    reload: 'Reload',
    developerTools: 'Developer tools',
    render: '&Render',
    startRender: 'Render',
    cancelRender: 'Cancel',
    help: '&Help',
    shortcuts: 'Keyboard shortcuts',
    about: 'About PnP-MIX Studio',
    services: 'Services',
    hide: 'Hide PnP-MIX Studio',
    hideOthers: 'Hide others',
    showAll: 'Show all',
    window: '&Window',
    minimize: 'Minimize',
    zoomWindow: 'Zoom',
    toFront: 'Bring all to front',
  },
  files: {
    project: 'PnP-MIX project',
    png: 'PNG picture',
    jpeg: 'JPEG picture',
    webp: 'WebP picture',
    tiff: 'TIFF picture',
    psd: 'Photoshop layers',
    ora: 'OpenRaster layers',
  } satisfies Record<'project' | ExportFormat, string>,
  unsaved: {
    message: 'Some changes are not saved yet.',
    detail: 'Saving takes a moment. Unsaved changes are restored when the project is opened again.',
    save: 'Save and Close',
    leave: 'Close Now',
    stay: 'Cancel',
  },
  renderEnded: { done: 'Render finished', failed: 'Render failed', open: 'Click to see it.' },
  cannotStart: 'PnP-MIX Studio cannot start',
};

export type HostTexts = typeof en;

const ko: HostTexts = {
  menu: {
    file: '파일(&F)',
    newProject: '새 프로젝트…',
    openProject: '프로젝트 열기…',
    openRecent: '최근 프로젝트 열기',
    saveAs: '다른 이름으로 저장…',
    export: '내보내기…',
    newWindow: '새 창',
    closeWindow: '창 닫기',
    quit: '종료',
    edit: '편집(&E)',
    undo: '실행 취소',
    redo: '다시 실행',
    cut: '잘라내기',
    copy: '복사',
    paste: '붙여넣기',
    selectAll: '모두 선택',
    settings: '설정…',
    view: '보기(&V)',
    fit: '그림 맞춤',
    actualSize: '실제 크기',
    zoomIn: '확대',
    zoomOut: '축소',
    fullScreen: '전체 화면',
    reload: '새로 고침',
    developerTools: '개발자 도구',
    render: '렌더링(&R)',
    startRender: '렌더링',
    cancelRender: '취소',
    help: '도움말(&H)',
    shortcuts: '단축키',
    about: 'PnP-MIX Studio 정보',
    services: '서비스',
    hide: 'PnP-MIX Studio 가리기',
    hideOthers: '기타 가리기',
    showAll: '모두 보기',
    window: '창(&W)',
    minimize: '최소화',
    zoomWindow: '확대/축소',
    toFront: '모두 앞으로 가져오기',
  },
  files: {
    project: 'PnP-MIX 프로젝트',
    png: 'PNG 그림',
    jpeg: 'JPEG 그림',
    webp: 'WebP 그림',
    tiff: 'TIFF 그림',
    psd: 'Photoshop 레이어',
    ora: 'OpenRaster 레이어',
  },
  unsaved: {
    message: '아직 저장되지 않은 변경 내용이 있습니다.',
    detail: '저장은 금방 끝납니다. 저장되지 않은 변경 내용은 프로젝트를 다시 열면 복원됩니다.',
    save: '저장하고 닫기',
    leave: '지금 닫기',
    stay: '취소',
  },
  renderEnded: {
    done: '렌더링이 끝났습니다',
    failed: '렌더링하지 못했습니다',
    open: '클릭하면 볼 수 있습니다.',
  },
  cannotStart: 'PnP-MIX Studio를 시작할 수 없습니다',
};

/** @param language BCP 47; any that the window has no texts in is English, as in the window */
export function hostTexts(language: string): HostTexts {
  return language.split('-')[0] === 'ko' ? ko : en;
}

/** The language of the window: the user's choice, else the system's. @param systemLanguage BCP 47 */
export function windowLanguage({ editor }: Settings, systemLanguage: string): string {
  return typeof editor.language === 'string' ? editor.language : systemLanguage;
}
