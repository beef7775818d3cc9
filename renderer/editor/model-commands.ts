/** Changes of a scene's own models: its checkpoint, VAE and LoRAs. */
import {
  isPlainChoice,
  MAX_LORAS,
  type ModelChoice,
  type ModelFile,
  NO_CHOICE,
} from '../../electron/contract/model-choice.ts';
import type { SceneDocument } from '../../electron/contract/scene-document.ts';

/** @param checkpoint null: the pack of the settings */
export function setCheckpoint(document: SceneDocument, checkpoint: ModelFile | null): SceneDocument {
  return change(document, (choice) =>
    choice.checkpoint?.sha256 === checkpoint?.sha256 ? choice : { ...choice, checkpoint },
  );
}

/** @param vae null: the model's own */
export function setVae(document: SceneDocument, vae: ModelFile | null): SceneDocument {
  return change(document, (choice) => (choice.vae?.sha256 === vae?.sha256 ? choice : { ...choice, vae }));
}

/** Adds a LoRA; one that the scene has already keeps its weight, and a full list stays as it is. */
export function addLora(document: SceneDocument, { name, sha256 }: ModelFile): SceneDocument {
  return change(document, (choice) =>
    choice.loras.some((lora) => lora.sha256 === sha256) || choice.loras.length >= MAX_LORAS
      ? choice
      : { ...choice, loras: [...choice.loras, { name, sha256, weight: 1 }] },
  );
}

export function weighLora(document: SceneDocument, sha256: string, weight: number): SceneDocument {
  return change(document, (choice) => ({
    ...choice,
    loras: choice.loras.map((lora) => (lora.sha256 === sha256 ? { ...lora, weight } : lora)),
  }));
}

export function removeLora(document: SceneDocument, sha256: string): SceneDocument {
  return change(document, (choice) => ({
    ...choice,
    loras: choice.loras.filter((lora) => lora.sha256 !== sha256),
  }));
}

function change(document: SceneDocument, edit: (choice: ModelChoice) => ModelChoice): SceneDocument {
  const { model = NO_CHOICE, ...rest } = document;
  const changed = edit(model);
  if (changed === model) return document;
  return isPlainChoice(changed) ? rest : { ...rest, model: changed };
}
