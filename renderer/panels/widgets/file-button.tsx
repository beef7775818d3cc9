/** A button that opens a picker for picture files. */
import { Button, type ButtonProps } from '@mantine/core';
import type { ReactNode } from 'react';
import { PicturePicker } from './picture-picker.tsx';

export function FileButton({
  onFile,
  children,
  ...props
}: ButtonProps & { onFile: (file: File) => void; children: ReactNode }) {
  return (
    <PicturePicker onFiles={([file]) => onFile(file)}>
      {(open) => (
        <Button variant="default" {...props} {...open}>
          {children}
        </Button>
      )}
    </PicturePicker>
  );
}
