"""Small random encoders of every supported class, and what transformers computes with them.

    python make_golden.py        (torch 2.15.0, transformers 5.24.0, safetensors 0.8.0, Pillow 12.0.0)

Writes, beside this file, one folder per case with a checkpoint as transformers saves it and `golden.safetensors` with
named inputs and outputs; `pictures/`, ten small pictures of different shapes, cut from the photographs of test/photos;
and `manifest.json` with the versions, the seed and the tolerance. Pictures are prepared by the processors that use
Pillow.
"""
import json
import pathlib
import shutil

import PIL
import PIL.Image
import safetensors
import safetensors.torch
import torch
import transformers
from transformers import CLIPConfig, CLIPModel, CLIPVisionConfig, CLIPVisionModelWithProjection
from transformers import Dinov2Config, Dinov2Model
from transformers.models.bit.image_processing_pil_bit import BitImageProcessorPil
from transformers.models.clip.image_processing_pil_clip import CLIPImageProcessorPil

SEED = 20261128
HERE = pathlib.Path(__file__).parent
PHOTOS = HERE / "../../photos"
IMAGENET = {"image_mean": [0.485, 0.456, 0.406], "image_std": [0.229, 0.224, 0.225]}
TEXT = {"vocab_size": 99, "hidden_size": 24, "intermediate_size": 40, "num_attention_heads": 4, "num_hidden_layers": 2}
TEXT |= {"max_position_embeddings": 16, "bos_token_id": 0, "pad_token_id": 1, "eos_token_id": 98}
VISION = {"hidden_size": 24, "intermediate_size": 40, "num_attention_heads": 4, "num_hidden_layers": 2}
torch.manual_seed(SEED)


def randomise(model: torch.nn.Module) -> torch.nn.Module:
    with torch.no_grad():
        for name, parameter in model.named_parameters():
            if "embedding" in name and "patch" not in name:
                parameter.normal_(0, 0.5)
            elif parameter.ndim > 1:
                parameter.normal_(0, parameter[0].numel() ** -0.5)
            elif "norm" in name or "layrnorm" in name or "lambda" in name:
                parameter.normal_(1 if not name.endswith("bias") else 0, 0.2)
            else:
                parameter.normal_(0, 0.1)
    return model.eval()


def save(model: torch.nn.Module, folder: pathlib.Path, half: bool) -> torch.nn.Module:
    """Saves, in float16 if asked, and returns the model in float32 with the values that were saved."""
    if half:
        model.half().save_pretrained(folder, safe_serialization=True)
        return model.float()
    model.save_pretrained(folder, safe_serialization=True)
    return model


def make_pictures() -> list[PIL.Image.Image]:
    folder = HERE / "pictures"
    folder.mkdir()
    shapes = [(48, 48), (61, 40), (40, 67), (33, 90), (90, 33), (32, 32), (20, 27), (77, 52), (51, 76), (100, 41)]
    pictures = []
    for i, (width, height) in enumerate(shapes):
        photo = PIL.Image.open(sorted(PHOTOS.glob("*.jpg"))[i % 2]).convert("RGB")
        left, top = (37 * i) % (photo.width - 2 * width), (53 * i) % (photo.height - 2 * height)
        picture = photo.crop((left, top, left + 2 * width, top + 2 * height)).resize((width, height))
        picture.save(folder / f"{i}.png", optimize=True)
        pictures.append(picture)
    return pictures


def save_golden(case: str, tensors: dict[str, torch.Tensor]) -> None:
    tensors = {name: value.detach().contiguous() for name, value in tensors.items()}
    safetensors.torch.save_file(tensors, HERE / case / "golden.safetensors")


@torch.no_grad()
def main() -> None:
    for case in ("clip", "clip-vision", "dinov2", "dinov2-swiglu", "pictures"):
        shutil.rmtree(HERE / case, ignore_errors=True)
    pictures = make_pictures()

    # CLIPModel: both halves in one file, float16, CLIP's own quick GELU.
    config = CLIPConfig(
        text_config=TEXT | {"projection_dim": 20},
        vision_config=VISION | {"image_size": 32, "patch_size": 8, "projection_dim": 20},
        projection_dim=20,
    )
    clip = save(randomise(CLIPModel(config)), HERE / "clip", half=True)
    processor = CLIPImageProcessorPil(size={"shortest_edge": 32}, crop_size={"height": 32, "width": 32})
    processor.save_pretrained(HERE / "clip")
    pixels = torch.randn(2, 3, 32, 32)
    ids = torch.randint(3, 97, (3, 11))
    ids[0, 4:], ids[1, 10], ids[2, 7:] = 98, 98, 98
    prepared = torch.cat([processor(picture, return_tensors="pt").pixel_values for picture in pictures])
    text = clip.text_projection(clip.text_model(input_ids=ids).pooler_output)
    encode = lambda x: clip.visual_projection(clip.vision_model(pixel_values=x).pooler_output)
    save_golden(
        "clip",
        {
            "pixel_values": pixels,
            "image_embeds": encode(pixels),
            "input_ids": ids,
            "text_embeds": text,
            "prepared": prepared[3],
            "pictures": encode(prepared),
        },
    )

    # CLIPVisionModelWithProjection on its own, float32, GELU, with a projection of another size.
    vision = CLIPVisionConfig(**VISION, image_size=28, patch_size=7, hidden_act="gelu", projection_dim=12)
    model = save(randomise(CLIPVisionModelWithProjection(vision)), HERE / "clip-vision", half=False)
    pixels = torch.randn(2, 3, 28, 28)
    save_golden("clip-vision", {"pixel_values": pixels, "image_embeds": model(pixels).image_embeds})

    # Dinov2Model: positions for another grid than the picture's, as for DINOv2 at 224 pixels.
    dino = {"hidden_size": 24, "num_attention_heads": 4, "num_hidden_layers": 2, "patch_size": 7}
    for case, options in (
        ("dinov2", {"image_size": 63, "layerscale_value": 1.0}),
        ("dinov2-swiglu", {"image_size": 28, "use_swiglu_ffn": True}),
    ):
        model = save(randomise(Dinov2Model(Dinov2Config(**dino, **options))), HERE / case, half=False)
        processor = BitImageProcessorPil(
            size={"shortest_edge": 32}, crop_size={"height": 28, "width": 28}, **IMAGENET
        )
        processor.save_pretrained(HERE / case)
        pixels = torch.randn(2, 3, 28, 28)
        output = model(pixels)
        golden = {
            "pixel_values": pixels,
            "last_hidden_state": output.last_hidden_state,
            "pooler_output": output.pooler_output,
        }
        if case == "dinov2":
            prepared = torch.cat([processor(picture, return_tensors="pt").pixel_values for picture in pictures])
            golden |= {"prepared": prepared[3], "pictures": model(prepared).pooler_output}
        save_golden(case, golden)

    manifest = {
        "script": "test/golden/encoders/make_golden.py",
        "seed": SEED,
        "tolerance": {"maxAbsoluteError": 1e-4, "type": "float32"},
        "versions": {
            "torch": torch.__version__,
            "transformers": transformers.__version__,
            "safetensors": safetensors.__version__,
            "pillow": PIL.__version__,
        },
    }
    (HERE / "manifest.json").write_text(json.dumps(manifest, indent=2) + "\n")


if __name__ == "__main__":
    main()
