"""Small random Segment Anything and Grounding DINO models as ONNX, and what transformers makes of them.

    python make_golden.py        (torch 2.15.0, transformers 5.24.0, onnx 1.23.2, onnxruntime 1.32.0)

Writes, beside this file, folders in the layout that @huggingface/transformers loads, exported by torch.onnx:

    sam/              SamModel, a decoder of points only (as Xenova/sam-vit-base)
    sam-boxes/        the same model with a decoder of points and boxes
    grounding-dino/   GroundingDinoForObjectDetection with a Swin backbone and a BERT of a hundred words
    segmenter/        the interface of the starter pack's segmenter, telling things by their colour

(sam-boxes/ has the same encoder, which is not written twice) and expected.json: for given pictures and prompts, masks, scores and boxes by the processors of transformers.
"""

from __future__ import annotations

import json
import pathlib
import shutil
import warnings

import numpy as np
import onnx
import onnxruntime
import torch
import transformers
from PIL import Image
from torch import nn
from transformers import (
    BertTokenizer,
    GroundingDinoConfig,
    GroundingDinoForObjectDetection,
    GroundingDinoImageProcessorPil,
    GroundingDinoProcessor,
    SamConfig,
    SamImageProcessorPil,
    SamModel,
    SamProcessor,
    SwinConfig,
)
from transformers.models.grounding_dino.modeling_grounding_dino import GroundingDinoObjectDetectionOutput

warnings.filterwarnings("ignore")
SEED = 20241124
HERE = pathlib.Path(__file__).parent
SAM_SIDE = 64


def export(model: nn.Module, inputs: dict[str, torch.Tensor], outputs: list[str], path: pathlib.Path, dynamic: dict) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    torch.onnx.export(
        model.eval(), tuple(inputs.values()), path, dynamo=False, opset_version=17,
        input_names=list(inputs), output_names=outputs, dynamic_axes=dynamic,
    )  # fmt: skip
    graph = onnx.load(path)
    shorten_names(graph.graph)
    onnx.checker.check_model(graph)
    onnx.save(graph, path)


def shorten_names(graph: onnx.GraphProto) -> None:
    """Half of a small export's bytes are the names of its values."""
    names = {value.name: value.name for value in [*graph.input, *graph.output]}

    def short(name: str) -> str:
        return names.setdefault(name, f"v{len(names)}") if name else ""

    def visit(graph: onnx.GraphProto) -> None:
        for tensor in graph.initializer:
            tensor.name = short(tensor.name)
        for node in graph.node:
            node.name = ""
            for values in (node.input, node.output):
                values[:] = [short(name) for name in values]
            # The branches of an If refer to values of the surrounding graph.
            for attribute in node.attribute:
                if attribute.type == onnx.AttributeProto.GRAPH:
                    visit(attribute.g)
        for value in graph.output:
            value.name = short(value.name)
        del graph.value_info[:]

    visit(graph)


def picture(width: int, height: int) -> np.ndarray:
    """A disc on a gradient, uint8 [height, width, 3]."""
    y, x = np.mgrid[0:height, 0:width]
    image = np.stack([x * 255 / width, np.full_like(x, 120), y * 255 / height], -1)
    image[np.hypot(x - 0.6 * width, y - 0.4 * height) < 0.2 * height] = (240, 30, 60)
    return image.round().astype(np.uint8)


def name_processor(folder: pathlib.Path, name: str) -> None:
    """As the hub's exports have it."""
    path = folder / "preprocessor_config.json"
    path.write_text(json.dumps({**json.loads(path.read_text()), "processor_class": name}, indent=2) + "\n")


class SamEncoder(nn.Module):
    def __init__(self, sam: SamModel) -> None:
        super().__init__()
        self.sam = sam

    def forward(self, pixel_values: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        embeddings = self.sam.vision_encoder(pixel_values).last_hidden_state
        positions = self.sam.get_image_wide_positional_embeddings()
        return embeddings, positions.repeat(pixel_values.shape[0], 1, 1, 1)


class SamDecoder(nn.Module):
    def __init__(self, sam: SamModel) -> None:
        super().__init__()
        self.sam = sam

    def forward(self, input_points, input_labels, image_embeddings, image_positional_embeddings, input_boxes=None):
        sparse, dense = self.sam.prompt_encoder(
            input_points=input_points, input_labels=input_labels, input_boxes=input_boxes, input_masks=None
        )
        decoded = self.sam.mask_decoder(
            image_embeddings=image_embeddings, image_positional_embeddings=image_positional_embeddings,
            sparse_prompt_embeddings=sparse, dense_prompt_embeddings=dense, multimask_output=True,
        )  # fmt: skip
        return decoded[1], decoded[0]


@torch.no_grad()
def make_sam() -> dict:
    torch.manual_seed(SEED)
    config = SamConfig(
        vision_config={
            "hidden_size": 32, "output_channels": 32, "num_hidden_layers": 2, "num_attention_heads": 2, "image_size": SAM_SIDE,
            "patch_size": 16, "mlp_dim": 48, "window_size": 2, "global_attn_indexes": [1], "num_pos_feats": 16,
        },
        prompt_encoder_config={
            "hidden_size": 32, "image_size": SAM_SIDE, "patch_size": 16, "mask_input_channels": 4, "image_embedding_size": 4,
        },
        mask_decoder_config={
            "hidden_size": 32, "mlp_dim": 48, "num_hidden_layers": 2, "num_attention_heads": 2, "iou_head_hidden_dim": 32,
        },
    )  # fmt: skip
    sam = SamModel(config).eval()
    for name, parameter in sam.named_parameters():
        if parameter.ndim > 1:
            parameter.normal_(0, 1.5 * parameter[0].numel() ** -0.5)
    size = {"longest_edge": SAM_SIDE}
    processor = SamProcessor(
        SamImageProcessorPil(size=size, pad_size={"height": SAM_SIDE, "width": SAM_SIDE}, mask_size={"longest_edge": 16})
    )
    cases = {}
    # At a size that is not resized: libraries differ in how they resize.
    image = picture(64, 48)
    prompts = {
        "sam": {"input_points": [[[38.0, 19.0], [5.0, 5.0]]], "input_labels": [[1, 0]]},
        "sam-boxes": {"input_points": [[[38.0, 19.0]]], "input_labels": [[1]], "input_boxes": [[[24.0, 6.0, 52.0, 32.0]]]},
    }
    for name, prompt in prompts.items():
        folder = HERE / name
        shutil.rmtree(folder, ignore_errors=True)
        sam.config.save_pretrained(folder)
        processor.image_processor.save_pretrained(folder)
        name_processor(folder, "SamProcessor")
        inputs = processor(Image.fromarray(image), return_tensors="pt", **prompt)
        encoder, decoder = SamEncoder(sam), SamDecoder(sam)
        pixel_values = inputs["pixel_values"]
        embeddings, positions = encoder(pixel_values)
        if name == "sam":
            export(
                encoder, {"pixel_values": pixel_values}, ["image_embeddings", "image_positional_embeddings"],
                folder / "onnx" / "vision_encoder.onnx", {"pixel_values": {0: "batch"}},
            )  # fmt: skip
        feeds = {
            "input_points": inputs["input_points"].float(), "input_labels": inputs["input_labels"],
            "image_embeddings": embeddings, "image_positional_embeddings": positions,
        }  # fmt: skip
        if "input_boxes" in inputs:
            feeds["input_boxes"] = inputs["input_boxes"].float()
        dynamic = {"input_points": {2: "points"}, "input_labels": {2: "points"}}
        export(decoder, feeds, ["iou_scores", "pred_masks"], folder / "onnx" / "prompt_encoder_mask_decoder.onnx", dynamic)
        scores, masks = decoder(**feeds)
        [full] = processor.image_processor.post_process_masks(
            masks, inputs["original_sizes"], inputs["reshaped_input_sizes"]
        )
        cases[name] = {
            "size": [image.shape[1], image.shape[0]],
            "picture": "disc",
            **{key: value for key, value in prompt.items()},
            "scores": scores[0, 0].tolist(),
            "areas": full[0].sum((1, 2)).tolist(),
            "masks": ["".join(map(str, mask.int().flatten().tolist())) for mask in full[0]],
        }
    return cases


class Dino(nn.Module):
    def __init__(self, model: GroundingDinoForObjectDetection) -> None:
        super().__init__()
        self.model = model

    def forward(self, pixel_values, input_ids, token_type_ids, attention_mask, pixel_mask):
        output = self.model(
            pixel_values=pixel_values, input_ids=input_ids, token_type_ids=token_type_ids,
            attention_mask=attention_mask, pixel_mask=pixel_mask, return_dict=True,
        )  # fmt: skip
        return output.logits, output.pred_boxes


def running(values: torch.Tensor, beyond: int) -> torch.Tensor:
    """[b, n] to [b, n, n]: row i holds the values up to i, and `beyond` behind them."""
    places = torch.arange(values.shape[1])
    return torch.where(places[None, :] <= places[:, None], values[:, None, :], torch.tensor(beyond))


DINO_WORDS = "a an the red green blue cat dog car disc thing round on of in photo house flower".split()


@torch.no_grad()
def make_dino() -> dict:
    torch.manual_seed(SEED)
    folder = HERE / "grounding-dino"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    # transformers identifies special tokens by BERT's own ids: 101, 102, and 1012 and 1029 for "." and "?".
    places = {0: "[PAD]", 100: "[UNK]", 101: "[CLS]", 102: "[SEP]", 103: "[MASK]", 1012: ".", 1029: "?"}
    places |= {104 + index: word for index, word in enumerate(DINO_WORDS)}
    words = [places.get(index, f"[unused{index}]") for index in range(1030)]
    vocabulary = {word: index for index, word in enumerate(words)}
    (folder / "vocab.txt").write_text("\n".join(words) + "\n")
    tokenizer = BertTokenizer(vocab=vocabulary, do_lower_case=True)
    tokenizer.save_pretrained(folder)
    config = GroundingDinoConfig(
        backbone_config=SwinConfig(
            image_size=64, patch_size=4, embed_dim=8, depths=[1, 1, 1, 1], num_heads=[1, 1, 2, 2], window_size=2,
            out_features=["stage2", "stage3", "stage4"],
        ),
        text_config={
            "model_type": "bert", "vocab_size": len(words), "hidden_size": 16, "num_hidden_layers": 1,
            "num_attention_heads": 2, "intermediate_size": 24, "max_position_embeddings": 64,
        },
        d_model=32, encoder_layers=1, decoder_layers=2, encoder_ffn_dim=24, decoder_ffn_dim=24,
        encoder_attention_heads=2, decoder_attention_heads=2, num_queries=12, max_text_len=32,
        disable_custom_kernels=True,
    )  # fmt: skip
    model = GroundingDinoForObjectDetection(config).eval()
    for name, parameter in model.named_parameters():
        if parameter.ndim > 1 and "bbox_embed" not in name:
            parameter.normal_(0, 1.2 * parameter[0].numel() ** -0.5)
        elif "bbox_embed" in name and parameter.ndim > 1:
            parameter.normal_(0, 0.15)
        # Large boxes, so that some overlap.
        if "bbox_embed" in name and name.endswith("layers.2.bias"):
            parameter.copy_(torch.tensor([0.0, 0.0, 2.5, 2.5]))
    model.config.save_pretrained(folder)
    images = GroundingDinoImageProcessorPil(size={"shortest_edge": 96, "longest_edge": 96})
    images.save_pretrained(folder)
    name_processor(folder, "GroundingDinoProcessor")
    processor = GroundingDinoProcessor(images, tokenizer)
    image = picture(96, 96)
    phrase = "a red disc."
    inputs = processor(images=Image.fromarray(image), text=phrase, return_tensors="pt")
    dino = Dino(model)
    # The exporter does not support the first three, and ONNX Runtime not the fourth for bool.
    torch.isin = lambda values, wanted: (values[..., None] == wanted).any(-1)
    torch.cummax = lambda values, dim: (running(values, -1).amax(-1), None)
    torch.eye = lambda size, **_: torch.arange(size)[:, None] == torch.arange(size)[None, :]
    torch.cummin = lambda values, dim: (running(values, 2**20).amin(-1), None)
    feeds = {name: inputs[name] for name in ("pixel_values", "input_ids", "token_type_ids", "attention_mask", "pixel_mask")}
    dynamic = {name: {1: "tokens"} for name in ("input_ids", "token_type_ids", "attention_mask")}
    dynamic |= {"pixel_values": {2: "height", 3: "width"}, "pixel_mask": {1: "height", 2: "width"}}
    export(dino, feeds, ["logits", "pred_boxes"], folder / "onnx" / "model.onnx", dynamic)
    session = onnxruntime.InferenceSession(folder / "onnx" / "model.onnx")
    found = session.run(None, {name: value.numpy() for name, value in feeds.items()})
    # The processed outputs are compared, so they are taken from the exported graph.
    logits, boxes = (torch.from_numpy(value) for value in found)
    scores = logits.sigmoid().max(-1).values[0]
    threshold = float(scores.sort().values[5]) - 1e-4
    output = GroundingDinoObjectDetectionOutput(logits=logits, pred_boxes=boxes)
    [result] = processor.post_process_grounded_object_detection(
        output, inputs["input_ids"], threshold=threshold, text_threshold=0.25, target_sizes=[(96, 96)]
    )
    keep = nms(result["boxes"], result["scores"], 0.5)
    return {
        "phrase": phrase.removesuffix("."),
        "size": [96, 96],
        "inputIds": inputs["input_ids"][0].tolist(),
        "boxThreshold": threshold,
        "boxes": result["boxes"].tolist(),
        "scores": result["scores"].tolist(),
        "kept": keep,
    }


def nms(boxes: torch.Tensor, scores: torch.Tensor, threshold: float) -> list[int]:
    """Greedy non-maximum suppression by intersection over union, as torchvision.ops.nms: indices, best first."""
    area = (boxes[:, 2] - boxes[:, 0]) * (boxes[:, 3] - boxes[:, 1])
    kept: list[int] = []
    for index in scores.argsort(descending=True).tolist():
        for other in kept:
            sides = torch.minimum(boxes[index, 2:], boxes[other, 2:]) - torch.maximum(boxes[index, :2], boxes[other, :2])
            overlap = sides.clamp(min=0).prod()
            if overlap / (area[index] + area[other] - overlap) > threshold:
                break
        else:
            kept.append(index)
    return kept


class ColourSegmenter(nn.Module):
    """The interface of the starter pack's segmenter with an eye for colours: a cat is red, a dog is blue."""

    def forward(self, picture: torch.Tensor, words: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        red, green, blue = torch.nn.functional.avg_pool2d(picture, 2).split(1, 1)
        rest = 0.6
        maps = torch.cat([red - green - rest, blue - green - rest, red - green - rest, blue - green - rest], 1) * 8
        asked = maps + (1 - words)[:, :, None, None] * 100
        smallest = asked.amin(1, keepdim=True)
        return smallest, smallest.amax((1, 2, 3))


def make_segmenter() -> None:
    folder = HERE / "segmenter"
    feeds = {"picture": torch.zeros(1, 3, 32, 32), "words": torch.zeros(1, 4)}
    dynamic = {name: {0: "batch"} for name in ("picture", "words", "mask_logits", "presence_logit")}
    export(ColourSegmenter(), feeds, ["mask_logits", "presence_logit"], folder / "model.onnx", dynamic)
    words = ["cat", "dog", "red", "blue"]
    config = {"format": 1, "architecture": "phrase-segmenter", "inputSize": 32, "words": words}
    config |= {"things": words[:2], "looks": words[2:]}
    (folder / "config.json").write_text(json.dumps(config, indent=2) + "\n")


def main() -> None:
    make_segmenter()
    expected = {"sam": make_sam(), "groundingDino": make_dino()}
    manifest = {
        "script": "test/golden/segmentation/make_golden.py",
        "seed": SEED,
        "versions": {
            "torch": torch.__version__, "transformers": transformers.__version__,
            "onnx": onnx.__version__, "onnxruntime": onnxruntime.__version__,
        },
    }  # fmt: skip
    (HERE / "expected.json").write_text(json.dumps({**manifest, **expected}) + "\n")


if __name__ == "__main__":
    main()
