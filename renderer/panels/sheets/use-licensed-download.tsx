/** Downloads parts of a pack once their licences are accepted. */
import { type ReactNode, useState } from 'react';
import type { CatalogLicence } from '../../../electron/contract/pack-catalog.ts';
import { start, useStudioActions } from '../../session/studio-context.ts';
import { LicenceDialog } from './licence-dialog.tsx';

/**
 * @param of pack and parts; without parts, all that the pack needs
 * @param pull downloads them
 * @returns what asks for the licences that are not accepted yet and then downloads, and the dialog that it opens
 */
export function useLicensedDownload(
  of: { readonly packId: string; readonly components?: string[] },
  pull: (acceptedLicences: string[]) => Promise<void>,
): { readonly download: () => Promise<void>; readonly dialog: ReactNode } {
  const studio = useStudioActions();
  const [licences, setLicences] = useState<readonly CatalogLicence[] | null>(null);
  return {
    download: async () => {
      const asked = await studio.client.call('models.licences', of);
      if (asked.length === 0) await pull([]);
      else setLicences(asked);
    },
    dialog: (
      <LicenceDialog
        licences={licences}
        onClose={() => setLicences(null)}
        onAccept={(accepted) => {
          setLicences(null);
          start(() => pull(accepted));
        }}
      />
    ),
  };
}
