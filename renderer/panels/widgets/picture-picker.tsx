/** Opens a picker for picture files, by a button that the caller makes. */
import { FileButton } from '@mantine/core';
import type { MouseEvent, ReactNode } from 'react';
import { PICTURE_FILE_ACCEPT } from '../../../electron/contract/picture-formats.ts';

/**
 * A browser says nothing when the chosen file is the one that was chosen before: after an undo, a failed upload or a
 * change of the file, choosing it again would do nothing.
 */
const FORGETS = {
  onClick: ({ currentTarget }: MouseEvent<HTMLInputElement>) => {
    currentTarget.value = '';
  },
};

export function PicturePicker({
  isMultiple = false,
  onFiles,
  children,
}: {
  readonly isMultiple?: boolean;
  /** Takes at least one file. */
  readonly onFiles: (files: readonly [File, ...File[]]) => void;
  readonly children: (button: { onClick: () => void }) => ReactNode;
}) {
  return (
    <FileButton
      multiple
      accept={PICTURE_FILE_ACCEPT}
      inputProps={{ ...FORGETS, multiple: isMultiple }}
      onChange={([first, ...others]) => first && onFiles([first, ...others])}
    >
      {children}
    </FileButton>
  );
}
