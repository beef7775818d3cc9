"""Assembles the starter pack: fp16 safetensors in the diffusers folder layout, and pack.json.

    python export_pack.py --autoencoder autoencoder --unet unet --tokenizer tokenizer \
        --out ../packs/starter/backgrounds --id starter-backgrounds --name "Starter backgrounds"
    python export_pack.py --autoencoder autoencoder --unet composing --tokenizer tokenizer --out ../packs/starter

The first is the model for backgrounds (docs/decisions/0098), a checkpoint of its own within the pack. Scenes, notices
and the evaluation classifier that already lie in --out are left alone and listed in pack.json. At the end the pack is
loaded again through diffusers and transformers and every tensor is compared.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import shutil

import torch
from diffusers import AutoencoderTiny, DDIMScheduler, UNet2DConditionModel
from safetensors.torch import load_file, save_file
from torch import nn
from transformers import CLIPTextModel, CLIPTokenizer

from domain import IMAGE_SIZE

VERSION = "0.1.0"

# Measured on pictures of pairs that training never showed, other seeds than evaluation's: docs/decisions/0227, 0231, 0236.
TEXT_TO_IMAGE = {
    "steps": 25,
    "guidance": 4.0,
    "guidanceInterval": {"low": 0.15, "high": 0.9},
    "sampler": "sde-dpm-solver",
    "regionalPrompts": {"endAt": 0.32, "contrast": 0.5},
}
# The paper's values, with half its steps: docs/decisions/0097 has the measurements. The drawings have sharp outlines, so
# the masks are to be kept to closely.
RECOMMENDED = {"steps": 25, "guidanceScale": 1.0, "alpha": 0.15, "beta": 0.8, "swapGuidanceScale": 3.5,
               "blendEdgePx": 2, "conceptImageMode": "aligned", "regionGrowPx": 2, "startAt": 0.64, "detail": 1}  # fmt: skip

# Which words of which languages mean what it can draw.
VOCABULARY = os.path.join(os.path.dirname(__file__), "vocabulary.json")

LICENCE = "Weights: Apache-2.0; made from MIT and Apache-2.0 artwork, evaluation scenes also from CC-BY 4.0 artwork"

# The folders of a checkpoint, and what else pack.json vouches for.
MODEL_FOLDERS = ("scheduler", "text_encoder", "tokenizer", "unet", "vae")
OTHER_FILES = ("model_index.json", "NOTICES.md", "backgrounds/model_index.json", "backgrounds/pack.json",
               "evaluation/classifier.json", "evaluation/classifier.onnx", "evaluation/background-classifier.onnx",
               "segmenter/config.json", "segmenter/model.onnx")  # fmt: skip


def save_half(model: nn.Module, folder: str) -> None:
    """save_pretrained with fp16 weights. Raises ValueError where a weight does not fit into fp16."""
    for name, tensor in model.state_dict().items():
        if not torch.isfinite(tensor.half()).all():
            raise ValueError(f"{folder}: {name} does not fit into half precision.")
    model.half().save_pretrained(folder)
    # Where it lay on the machine that trained it is nobody's business.
    with open(f"{folder}/config.json") as file:
        config = {key: value for key, value in json.load(file).items() if key != "_name_or_path"}
    write_json(f"{folder}/config.json", config)


def read_json(path: str) -> dict:
    with open(path, encoding="utf-8") as file:
        return json.load(file)


def write_json(path: str, content: dict) -> None:
    with open(path, "w", encoding="utf-8") as file:
        json.dump(content, file, indent=2, ensure_ascii=False)
        file.write("\n")


def save_text_encoder(text_encoder: CLIPTextModel, folder: str) -> None:
    """transformers 5 drops the prefix `text_model.` that every Stable Diffusion checkpoint has: put it back."""
    save_half(text_encoder, folder)
    path = f"{folder}/model.safetensors"
    tensors = load_file(path)
    prefix = "text_model."
    prefixed = {name if name.startswith(prefix) else prefix + name: tensor for name, tensor in tensors.items()}
    save_file(prefixed, path, metadata={"format": "pt"})


def save_scheduler(folder: str) -> None:
    DDIMScheduler(
        num_train_timesteps=1000,
        beta_start=0.00085,
        beta_end=0.012,
        beta_schedule="scaled_linear",
        prediction_type="epsilon",
        steps_offset=1,
        set_alpha_to_one=False,
        clip_sample=False,
        timestep_spacing="leading",
    ).save_pretrained(folder)


def file_entry(root: str, path: str) -> dict[str, str | int]:
    with open(f"{root}/{path}", "rb") as file:
        content = file.read()
    return {"path": path, "bytes": len(content), "sha256": hashlib.sha256(content).hexdigest()}


def write_manifest(out: str, pack_id: str, name: str) -> None:
    folders = [f"{parent}{folder}" for parent in ("", "backgrounds/") for folder in MODEL_FOLDERS]
    present = [folder for folder in folders if os.path.isdir(f"{out}/{folder}")]
    paths = [f"{folder}/{file}" for folder in present for file in os.listdir(f"{out}/{folder}")]
    paths += [path for path in OTHER_FILES if os.path.exists(f"{out}/{path}")]
    # safetensors writes files that only their owner may read.
    for path in paths:
        os.chmod(f"{out}/{path}", 0o644)
    manifest = {
        "id": pack_id,
        "name": name,
        "version": VERSION,
        "layout": "diffusers",
        "width": IMAGE_SIZE,
        "height": IMAGE_SIZE,
        "recommended": RECOMMENDED,
        "textToImage": TEXT_TO_IMAGE,
        # The model for backgrounds reads its pack's.
        **({"vocabulary": read_json(VOCABULARY)} if pack_id == "starter" else {}),
        "files": [file_entry(out, path) for path in sorted(paths)],
        "licence": LICENCE,
    }
    if os.path.exists(f"{out}/NOTICES.md"):
        manifest["notices"] = "NOTICES.md"
    write_json(f"{out}/pack.json", manifest)
    total = sum(entry["bytes"] for entry in manifest["files"]) / 1e6
    print(f"{len(manifest['files'])} files, {total:.1f} MB")


def check(saved: nn.Module, expected: nn.Module, name: str) -> None:
    """Raises ValueError unless a model came back as it was saved."""
    wanted, found = expected.state_dict(), saved.state_dict()
    if wanted.keys() != found.keys():
        raise ValueError(f"{name}: tensors {sorted(wanted.keys() ^ found.keys())} are not in both.")
    for key, tensor in wanted.items():
        if not torch.equal(tensor.half(), found[key].half()):
            raise ValueError(f"{name}: {key} changed.")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--autoencoder", required=True)
    parser.add_argument("--unet", required=True, help="output folder of train_unet.py")
    parser.add_argument("--tokenizer", required=True)
    parser.add_argument("--out", required=True)
    parser.add_argument("--id", default="starter")
    parser.add_argument("--name", default="Starter pack")
    options = parser.parse_args()
    os.makedirs(options.out, exist_ok=True)

    tokenizer = CLIPTokenizer.from_pretrained(options.tokenizer)
    autoencoder = AutoencoderTiny.from_pretrained(options.autoencoder)
    unet = UNet2DConditionModel.from_pretrained(f"{options.unet}/unet")
    text_encoder = CLIPTextModel.from_pretrained(f"{options.unet}/text_encoder")

    save_half(autoencoder, f"{options.out}/vae")
    save_half(unet, f"{options.out}/unet")
    save_text_encoder(text_encoder, f"{options.out}/text_encoder")
    save_scheduler(f"{options.out}/scheduler")
    os.makedirs(f"{options.out}/tokenizer", exist_ok=True)
    for name in ("vocab.json", "merges.txt", "special_tokens_map.json", "tokenizer_config.json"):
        shutil.copyfile(f"{options.tokenizer}/{name}", f"{options.out}/tokenizer/{name}")
    index = {
        "_class_name": "StableDiffusionPipeline",
        "feature_extractor": [None, None],
        "requires_safety_checker": False,
        "safety_checker": [None, None],
        "scheduler": ["diffusers", "DDIMScheduler"],
        "text_encoder": ["transformers", "CLIPTextModel"],
        "tokenizer": ["transformers", "CLIPTokenizer"],
        "unet": ["diffusers", "UNet2DConditionModel"],
        "vae": ["diffusers", "AutoencoderTiny"],
    }
    write_json(f"{options.out}/model_index.json", index)

    check(AutoencoderTiny.from_pretrained(f"{options.out}/vae"), autoencoder, "vae")
    check(UNet2DConditionModel.from_pretrained(f"{options.out}/unet"), unet, "unet")
    check(CLIPTextModel.from_pretrained(f"{options.out}/text_encoder"), text_encoder, "text_encoder")
    assert CLIPTokenizer.from_pretrained(f"{options.out}/tokenizer").get_vocab() == tokenizer.get_vocab()
    write_manifest(options.out, options.id, options.name)


if __name__ == "__main__":
    main()
