/** A button that opens a picker for picture files. */
import { Button, type ButtonProps, FileButton as MantineFileButton } from '@mantine/core';
import type { ReactNode } from 'react';
import { PICTURE_FILE_ACCEPT } from '../../../electron/contract/picture-formats.ts';

export function FileButton({
  onFile,
  children,
  ...props
}: ButtonProps & { onFile: (file: File) => void; children: ReactNode }) {
  return (
    <MantineFileButton accept={PICTURE_FILE_ACCEPT} onChange={(file) => file && onFile(file)}>
      {(open) => (
        <Button variant="default" {...props} {...open}>
          {children}
        </Button>
      )}
    </MantineFileButton>
  );
}
