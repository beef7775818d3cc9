/** A button that asks for a picture file. */
import { Button, type ButtonProps, FileButton as MantineFileButton } from '@mantine/core';
import type { ReactNode } from 'react';

const PICTURE_TYPES = 'image/png,image/jpeg,image/webp,image/avif,image/tiff';

export function FileButton({
  onFile,
  children,
  ...props
}: ButtonProps & { onFile: (file: File) => void; children: ReactNode }) {
  return (
    <MantineFileButton accept={PICTURE_TYPES} onChange={(file) => file && onFile(file)}>
      {(open) => (
        <Button variant="default" {...props} {...open}>
          {children}
        </Button>
      )}
    </MantineFileButton>
  );
}
