"""A small random SAM 2.1 as ONNX, and what transformers makes of it.

    python make_sam21.py        (torch 2.15.0, torchvision 0.29.2, transformers 5.24.0, onnx 1.23.2, onnxruntime 1.32.0)

Writes sam21/ in the layout of onnx-community/sam2.1-hiera-tiny-ONNX, exported by torch.onnx: an encoder with three
levels of features, and a decoder whose points and boxes may be none. expected-sam21.json holds masks and scores by
Sam2Model and Sam2Processor for three prompts: points, a box, and both.

It stands apart from make_golden.py because the processor of SAM 2 needs torchvision.
"""

from __future__ import annotations

import json
import shutil

import onnx
import onnxruntime
import torch
import torchvision
import transformers
from make_golden import HERE, SEED, export, name_processor, picture
from PIL import Image
from torch import nn
from transformers import Sam2Config, Sam2ImageProcessor, Sam2Model, Sam2Processor

SIDE = 64
LEVELS = ("image_embeddings.0", "image_embeddings.1", "image_embeddings.2")
PROMPTS = {
    "points": {"input_points": [[[[38.0, 25.0], [5.0, 5.0]]]], "input_labels": [[[1, 0]]]},
    "box": {"input_boxes": [[[24.0, 10.0, 52.0, 42.0]]]},
    "both": {"input_points": [[[[38.0, 25.0]]]], "input_labels": [[[1]]], "input_boxes": [[[24.0, 10.0, 52.0, 42.0]]]},
}


class Encoder(nn.Module):
    def __init__(self, sam: Sam2Model) -> None:
        super().__init__()
        self.sam = sam

    def forward(self, pixel_values: torch.Tensor) -> tuple[torch.Tensor, ...]:
        return tuple(self.sam.get_image_embeddings(pixel_values))


class Decoder(nn.Module):
    """Points [1, 1, n, 2] and boxes [1, m, 4], either of which may be none, as @huggingface/transformers gives them."""

    def __init__(self, sam: Sam2Model) -> None:
        super().__init__()
        self.sam = sam

    def forward(self, input_points, input_labels, input_boxes, fine, middle, coarse):
        encoder = self.sam.prompt_encoder
        size = (encoder.input_image_size, encoder.input_image_size)
        points = encoder._embed_points(input_points, input_labels, pad=False)
        left_top = encoder.shared_embedding(input_boxes[:, None, :, :2] + 0.5, size) + encoder.point_embed.weight[2]
        right_bottom = encoder.shared_embedding(input_boxes[:, None, :, 2:] + 0.5, size) + encoder.point_embed.weight[3]
        # Both kinds of prompt end with this token, so that one graph serves all of them.
        end = encoder.not_a_point_embed.weight[None, None]
        sparse = torch.cat([points, left_top, right_bottom, end], 2)
        dense = encoder.no_mask_embed.weight.reshape(1, -1, 1, 1).expand(1, -1, *encoder.image_embedding_size)
        masks, scores, _, present = self.sam.mask_decoder(
            image_embeddings=coarse, image_positional_embeddings=self.sam.get_image_wide_positional_embeddings(),
            sparse_prompt_embeddings=sparse, dense_prompt_embeddings=dense, multimask_output=True,
            high_resolution_features=[fine, middle],
        )  # fmt: skip
        return scores, masks, present


def make_model() -> Sam2Model:
    torch.manual_seed(SEED)
    config = Sam2Config(
        vision_config={
            "backbone_config": {
                "model_type": "sam2_hiera_det_model", "hidden_size": 8, "image_size": [SIDE, SIDE],
                "blocks_per_stage": [1, 1, 2, 1], "embed_dim_per_stage": [8, 16, 24, 32],
                "num_attention_heads_per_stage": [1, 1, 2, 2], "window_size_per_stage": [4, 2, 4, 2],
                "global_attention_blocks": [3], "window_positional_embedding_background_size": [4, 4],
            },
            "backbone_channel_list": [32, 24, 16, 8], "backbone_feature_sizes": [[16, 16], [8, 8], [4, 4]],
            "fpn_hidden_size": 32,
        },
        prompt_encoder_config={"hidden_size": 32, "image_size": SIDE, "mask_input_channels": 4},
        mask_decoder_config={"hidden_size": 32, "mlp_dim": 48, "num_attention_heads": 2, "iou_head_hidden_dim": 32},
    )  # fmt: skip
    sam = Sam2Model(config).eval()
    for parameter in sam.parameters():
        if parameter.ndim > 1:
            parameter.normal_(0, 1.5 * parameter[0].numel() ** -0.5)
    # In a checkpoint both are the same buffer.
    sam.shared_image_embedding.positional_embedding.copy_(sam.prompt_encoder.shared_embedding.positional_embedding)
    return sam


@torch.no_grad()
def main() -> None:
    folder = HERE / "sam21"
    shutil.rmtree(folder, ignore_errors=True)
    sam = make_model()
    images = Sam2ImageProcessor(size={"height": SIDE, "width": SIDE}, mask_size={"height": 16, "width": 16})
    processor = Sam2Processor(images)
    sam.config.save_pretrained(folder)
    images.save_pretrained(folder)
    name_processor(folder, "Sam2Processor")
    # At a size that is not resized: libraries differ in how they resize.
    image = Image.fromarray(picture(SIDE, SIDE))
    cases = {}
    for name, prompt in PROMPTS.items():
        inputs = processor(image, return_tensors="pt", **prompt)
        output = sam(**{key: value for key, value in inputs.items() if key != "original_sizes"}, multimask_output=True)
        [masks] = processor.post_process_masks(output.pred_masks, inputs["original_sizes"])
        cases[name] = {
            **prompt,
            "scores": output.iou_scores[0, 0].tolist(),
            "masks": ["".join(map(str, mask.int().flatten().tolist())) for mask in masks[0]],
        }
    inputs = processor(image, return_tensors="pt", **PROMPTS["both"])
    pixel_values = inputs["pixel_values"]
    encoder, decoder = Encoder(sam), Decoder(sam)
    levels = dict(zip(LEVELS, encoder(pixel_values), strict=True))
    onnx_folder = folder / "onnx"
    export(encoder, {"pixel_values": pixel_values}, list(levels), onnx_folder / "vision_encoder.onnx", {})
    feeds = {name: inputs[name] for name in ("input_points", "input_labels", "input_boxes")} | levels
    dynamic = {"input_points": {2: "points"}, "input_labels": {2: "points"}, "input_boxes": {1: "boxes"}}
    path = onnx_folder / "prompt_encoder_mask_decoder.onnx"
    export(decoder, feeds, ["iou_scores", "pred_masks", "object_score_logits"], path, dynamic)
    check(path, levels, processor, image, cases)
    versions = {part.__name__: part.__version__ for part in (torch, torchvision, transformers, onnx, onnxruntime)}
    manifest = {"script": "test/golden/segmentation/make_sam21.py", "seed": SEED, "versions": versions}
    (HERE / "expected-sam21.json").write_text(json.dumps({**manifest, "size": [SIDE, SIDE], "cases": cases}) + "\n")


def check(path, levels, processor, image, cases) -> None:
    """The exported decoder gives the scores of Sam2Model for prompts of every kind."""
    session = onnxruntime.InferenceSession(path)
    for name, prompt in PROMPTS.items():
        inputs = processor(image, return_tensors="pt", **prompt)
        none = {
            "input_points": torch.zeros(1, 1, 0, 2), "input_labels": torch.zeros(1, 1, 0, dtype=torch.int64),
            "input_boxes": torch.zeros(1, 0, 4),
        }  # fmt: skip
        feeds = {key: inputs.get(key, value).numpy() for key, value in none.items()}
        scores, *_ = session.run(None, feeds | {key: value.numpy() for key, value in levels.items()})
        difference = abs(torch.from_numpy(scores[0, 0]) - torch.tensor(cases[name]["scores"])).max().item()
        if difference > 1e-4:
            raise SystemExit(f"{name}: the export's scores differ by {difference}")
        print(f"{name}: scores {cases[name]['scores']}, the export differs by {difference:.1e}")


if __name__ == "__main__":
    main()
