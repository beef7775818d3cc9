/** In the canvas's corner: a preview of the running render, or a finished result to view. */
import { Button, CloseButton, Group } from '@mantine/core';
import { memo } from 'react';
import { useTranslation } from 'react-i18next';
import { useEditor } from '../../session/editor-store.ts';
import { useStudioActions } from '../../session/studio-context.ts';
import { findRender, useStudio } from '../../session/studio-store.ts';

export const PreviewCard = memo(function PreviewCard() {
  const { t } = useTranslation();
  const studio = useStudioActions();
  // Another project's preview is shown there.
  const preview = useStudio(({ preview: newest, project }) =>
    newest?.projectId === project?.state.projectId ? newest : null,
  );
  const readyId = useEditor((state) => state.readyRenderId);
  const ready = useStudio((state) => findRender(state, readyId));
  if (preview) {
    return (
      <figure className="preview-card">
        <img src={studio.assetUrl(preview.image)} alt={t('view.preview')} />
        <figcaption>
          {t('render.running')} {preview.step}/{preview.total}
        </figcaption>
      </figure>
    );
  }
  const picture = ready?.thumbnail ?? ready?.result;
  if (!ready || !picture) return null;
  return (
    <figure className="preview-card" data-over-canvas>
      <img src={studio.assetUrl(picture)} alt={t('view.after')} />
      <figcaption role="status">{t('render.ready')}</figcaption>
      <Group gap="2xs" wrap="nowrap" mt="2xs">
        <Button flex={1} onClick={() => studio.renders.show(ready)}>
          {t('render.show')}
        </Button>
        <CloseButton
          aria-label={t('app.close')}
          onClick={() => useEditor.setState({ readyRenderId: null })}
        />
      </Group>
    </figure>
  );
});
