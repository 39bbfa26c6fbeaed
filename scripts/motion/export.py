"""Writes the trained network as demo/motion.onnx: one file, weights inside, preprocessing and labels as metadata properties."""
import argparse
import pathlib

import onnx
import torch

import scene
from model import MotionNet, PREPROCESSING


def properties():
    """What `rt3d run --video` reads: every value is text, triples are comma-separated, labels one a line."""
    def text(value):
        return ",".join(map(str, value)) if isinstance(value, tuple) else str(value)

    keys = {f"rt3d.{key}": text(value) for key, value in PREPROCESSING.items()}
    return {**keys, "rt3d.scale": "1/255", "rt3d.labels": "\n".join(scene.CLASSES)}


def export(weights, path):
    model = MotionNet(len(scene.CLASSES))
    model.load_state_dict(torch.load(weights, weights_only=True))
    model.eval()
    size, frames = PREPROCESSING["crop"], PREPROCESSING["frames"]
    torch.onnx.export(model, (torch.zeros(1, 3, frames, size, size),), str(path), dynamo=False, input_names=["clip"],
                      output_names=["scores"])
    onnx_model = onnx.load(path)
    for node in onnx_model.graph.node:
        node.doc_string = ""
    onnx.helper.set_model_props(onnx_model, properties())
    onnx.checker.check_model(onnx_model)
    onnx.save(onnx_model, path)
    print(f"{path}: {path.stat().st_size / 1024:.0f} KB, {sum(p.numel() for p in model.parameters())} parameters")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.ArgumentDefaultsHelpFormatter)
    parser.add_argument("--weights", type=pathlib.Path, default=pathlib.Path("build/motion/motion.pt"))
    parser.add_argument("--out", type=pathlib.Path, default=pathlib.Path("demo/motion.onnx"))
    args = parser.parse_args()
    export(args.weights, args.out)


if __name__ == "__main__":
    main()
