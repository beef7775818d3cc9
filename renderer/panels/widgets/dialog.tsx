/** A dialog that waits for an answer: for what destroys something, binds the user or asks for a name. */
import { Modal } from '@mantine/core';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';

export function Dialog({
  opened,
  onClose,
  title,
  size = 'md',
  children,
}: {
  opened: boolean;
  onClose: () => void;
  title: string;
  size?: 'sm' | 'md';
  children: ReactNode;
}) {
  const { t } = useTranslation();
  return (
    // Locking the scroll would put a style element into the page (docs/decisions/0052), which does not scroll anyway.
    <Modal.Root opened={opened} onClose={onClose} size={size} lockScroll={false}>
      <Modal.Overlay />
      <Modal.Content>
        {/* The library's own header is a landmark, of which a page has one. */}
        <div className="sheet-head">
          <Modal.Title className="sheet-title">{title}</Modal.Title>
          <Modal.CloseButton aria-label={t('app.close')} />
        </div>
        <Modal.Body>{children}</Modal.Body>
      </Modal.Content>
    </Modal.Root>
  );
}
