/** Follows a job on a model pack, and reports its result. */
import { useTranslation } from 'react-i18next';
import type { ListedPack } from '../../../electron/contract/commands/model-commands.ts';
import type { JobResult, JobState } from '../../../electron/contract/jobs.ts';
import { reportNotice } from '../../session/notices.ts';
import { useStudioActions } from '../../session/studio-context.ts';
import { bytesOf } from '../widgets/locale.ts';

/** @returns follows a job that is being started, until it has ended */
export function usePackJobs({ name }: Pick<ListedPack, 'name'>): (begin: Promise<JobState>) => Promise<void> {
  const { t } = useTranslation();
  const studio = useStudioActions();
  const reportResult = (result: JobResult) => {
    switch (result.kind) {
      case 'modelsPulled':
        return reportNotice(t('models.pulled', { name }), { kind: 'success' });
      case 'modelsVerified': {
        const bad = result.files.filter(({ state }) => state === 'missing' || state === 'changed').length;
        return bad === 0
          ? reportNotice(t('models.verified'), { kind: 'success' })
          : reportNotice(t('models.damaged', { count: bad }), { kind: 'warning' });
      }
      case 'modelsImported':
        reportNotice(t('models.imported', { name }), { kind: 'success' });
        if (result.ownFiles.length > 0) {
          reportNotice(t('models.ownFiles', { count: result.ownFiles.length }));
        }
        return;
      case 'modelsRemoved':
        reportNotice(t('models.removed', { name, size: bytesOf(result.freedBytes) }), { kind: 'success' });
        for (const kept of result.kept) reportNotice(t('models.kept', kept));
    }
  };
  return async (begin) => {
    const result = await studio.jobs.finished(await begin);
    if (result) reportResult(result);
  };
}
