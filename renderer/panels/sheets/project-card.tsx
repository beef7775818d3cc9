/** A project in the list: a picture of it, and what can be done with it while another one is open. */
import { Menu, Text, TextInput, UnstyledButton } from '@mantine/core';
import { IconCopy, IconDots, IconFolder, IconPencil, IconPhoto, IconTrash } from '@tabler/icons-react';
import { type FormEvent, useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { ProjectPreview, RecentProject } from '../../../electron/contract/commands/project-commands.ts';
import type { ProjectId } from '../../../electron/contract/project-state.ts';
import { reportError, reportNotice, sentenceOf } from '../../session/notices.ts';
import type { Studio } from '../../session/studio.ts';
import { start, useStudioActions } from '../../session/studio-context.ts';
import { useStudio } from '../../session/studio-store.ts';
import { DropdownMenu } from '../widgets/dropdown.tsx';
import { IconButton } from '../widgets/icon-button.tsx';
import { timeOf } from '../widgets/locale.ts';

export function ProjectCard({
  project: { path, name, openedAt, isThere },
  isOpen,
  onChanged,
}: {
  project: RecentProject;
  /** Whether it is the one in the window. */
  isOpen: boolean;
  /** The list has to be read again. */
  onChanged: () => void;
}) {
  const { t } = useTranslation();
  const studio = useStudioActions();
  const hasDialogs = useStudio((state) => state.info?.hasNativeDialogs ?? false);
  const [preview, setPreview] = useState<ProjectPreview | null>(null);
  const [problem, setProblem] = useState<string | null>(null);
  const [isRenaming, setRenaming] = useState(false);
  useEffect(() => {
    if (!isThere) return;
    let isCurrent = true;
    studio.client
      .call('project.preview', { path })
      .then((read) => isCurrent && setPreview(read))
      .catch((error: unknown) => isCurrent && setProblem(sentenceOf(error)));
    return () => {
      isCurrent = false;
    };
  }, [studio, path, isThere]);
  const title = preview?.name ?? name;
  const rename = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const next = String(new FormData(event.currentTarget).get('name') ?? '').trim();
    setRenaming(false);
    if (next === '' || next === title) return;
    start(async () => {
      await withOpened(studio, path, (projectId) =>
        studio.client.call('project.rename', { projectId, name: next }),
      );
      setPreview((before) => before && { ...before, name: next });
      onChanged();
    });
  };
  const duplicate = () =>
    studio.projects.open(async () => {
      const { projectId } = await studio.client.call('project.open', { path });
      return studio.client.call('project.duplicate', { projectId });
    });
  const trash = async () => {
    const { path: kept } = await studio.client.call('project.trash', { path });
    reportNotice(
      kept === null
        ? t('project.trashed', { name: title })
        : t('project.trashedTo', { name: title, path: kept }),
      { autoCloseMs: 15_000 },
    );
    onChanged();
  };
  return (
    <li className="project-card" data-open={isOpen}>
      <UnstyledButton
        className="project-open"
        disabled={!isThere}
        title={problem ?? path}
        aria-label={t('project.openNamed', { name: title })}
        onClick={() => start(() => studio.projects.openPath(path))}
      >
        <span className="project-picture">
          {preview?.picture ? (
            <img src={studio.assetUrl(preview.picture)} alt="" onError={() => setPreview(null)} />
          ) : (
            <IconPhoto size={28} aria-hidden />
          )}
        </span>
      </UnstyledButton>
      <div className="project-foot">
        {isRenaming ? (
          <form onSubmit={rename}>
            <TextInput
              size="xs"
              name="name"
              autoFocus
              aria-label={t('project.name')}
              defaultValue={title}
              maxLength={100}
              // The menu takes the focus back when it closes: then nothing has been typed.
              onBlur={({ currentTarget: { value, form } }) => value !== title && form?.requestSubmit()}
              onKeyDown={(event) => {
                if (event.key !== 'Escape') return;
                event.stopPropagation();
                setRenaming(false);
              }}
            />
          </form>
        ) : (
          <div className="project-text">
            <Text size="sm" fw={600} truncate>
              {title}
            </Text>
            <Text size="xs" c="dimmed" truncate title={problem ?? undefined}>
              {problem ?? (isThere ? openedAt && timeOf(openedAt) : t('project.missing'))}
            </Text>
          </div>
        )}
        <DropdownMenu position="bottom-end">
          <Menu.Target>
            <IconButton label={t('project.actions', { name: title })}>
              <IconDots size={16} aria-hidden />
            </IconButton>
          </Menu.Target>
          <Menu.Dropdown>
            {isThere && (
              <>
                <Menu.Item
                  leftSection={<IconPencil size={14} aria-hidden />}
                  onClick={() => setRenaming(true)}
                >
                  {t('project.rename')}
                </Menu.Item>
                <Menu.Item leftSection={<IconCopy size={14} aria-hidden />} onClick={() => start(duplicate)}>
                  {t('project.duplicate')}
                </Menu.Item>
              </>
            )}
            {isThere && hasDialogs && (
              <Menu.Item
                leftSection={<IconFolder size={14} aria-hidden />}
                onClick={() => start(() => studio.client.call('app.reveal', { path }))}
              >
                {t('project.reveal')}
              </Menu.Item>
            )}
            {isThere ? (
              <Menu.Item
                leftSection={<IconTrash size={14} aria-hidden />}
                // The window needs a project.
                disabled={isOpen}
                onClick={() => start(trash)}
              >
                {t('project.trash')}
              </Menu.Item>
            ) : (
              <Menu.Item
                onClick={() =>
                  studio.client.call('project.forgetRecent', { path }).then(onChanged).catch(reportError)
                }
              >
                {t('project.forget')}
              </Menu.Item>
            )}
          </Menu.Dropdown>
        </DropdownMenu>
      </div>
    </li>
  );
}

/** Does something with a project, which is closed afterwards if it was not open. */
async function withOpened(
  { client }: Studio,
  path: string,
  act: (projectId: ProjectId) => Promise<unknown>,
): Promise<void> {
  const open = await client.call('project.listOpen', {});
  const known = open.find((one) => one.path === path);
  const { projectId } = known ?? (await client.call('project.open', { path }));
  try {
    await act(projectId);
  } finally {
    if (!known) await client.call('project.close', { projectId });
  }
}
