/** A button with only an icon: its name is used for screen readers and the tooltip. */
import { ActionIcon, type ActionIconProps, Kbd, Tooltip } from '@mantine/core';
import type { ComponentPropsWithoutRef, ReactNode } from 'react';
import { type ActionName, chordsOf, printedChord } from '../../editor/shortcuts.ts';
import { useStudio } from '../../session/studio-store.ts';

export interface IconButtonProps
  extends ActionIconProps,
    Omit<ComponentPropsWithoutRef<'button'>, keyof ActionIconProps> {
  readonly label: string;
  /** Action whose shortcut the tooltip shows. */
  readonly action?: ActionName;
  readonly children: ReactNode;
}

export function IconButton({ label, action, children, ...props }: IconButtonProps) {
  return (
    <Tooltip
      // Not over the menu that it has opened.
      disabled={props['aria-expanded'] === true}
      label={
        <>
          {label} {action && <Keys action={action} />}
        </>
      }
    >
      <ActionIcon variant="subtle" color="gray" aria-label={label} {...props}>
        {children}
      </ActionIcon>
    </Tooltip>
  );
}

const isMac = /mac/i.test(navigator.userAgent);

/** The shortcut of an action as key caps. */
export function Keys({ action }: { action: ActionName }) {
  const shortcuts = useStudio((state) => state.settings.shortcuts);
  const [chord] = chordsOf(action, shortcuts);
  return chord === undefined ? null : <Chord chord={chord} />;
}

export function Chord({ chord }: { chord: string }) {
  return (
    <span className="chord">
      {printedChord(chord, isMac).map((key) => (
        <Kbd key={key} size="xs">
          {key}
        </Kbd>
      ))}
    </span>
  );
}
