/** Alpha of one concept, or of all. */
import { useTranslation } from 'react-i18next';
import { ALPHA_FIELD, defaultAlpha } from '../../editor/parameter-fields.ts';
import { useStudio } from '../../session/studio-store.ts';
import { LabelledControl } from '../widgets/labelled-control.tsx';
import { NumberSlider } from '../widgets/number-slider.tsx';

export function AlphaControl({
  value,
  isOfAll = false,
  isPlaced = false,
  onCommit,
}: {
  value: number;
  isOfAll?: boolean;
  /** Whether the concept is placed: then no old object is replaced. */
  isPlaced?: boolean;
  onCommit: (alpha: number) => void;
}) {
  const { t } = useTranslation();
  const name = t(isOfAll ? 'parameters.alphaAll' : 'parameters.alpha.name');
  const normal = defaultAlpha(useStudio((state) => state.engine?.pack?.recommended));
  return (
    <LabelledControl
      name={name}
      text={t(isPlaced ? 'parameters.alpha.placedText' : 'parameters.alpha.text')}
      isDefault={value === normal}
      defaultText={String(normal)}
      onReset={() => onCommit(normal)}
    >
      <NumberSlider label={name} value={value} {...ALPHA_FIELD} onCommit={onCommit} />
    </LabelledControl>
  );
}
