"""Measures a motion model on held-out clips that were encoded as MP4 and decoded again: accuracy and confusions.

By default ONNX Runtime computes; with --rt3d every clip goes through `rt3d run MODEL --video CLIP --json`, decoder and all.
"""
import argparse
import json
import pathlib
import subprocess
import tempfile

import numpy as np
import onnxruntime

import scene
import video


def encoded(folder, seed, index):
    """The path of a test clip as MP4, written when it is not there yet."""
    path = folder / f"test-{seed}-{index:05d}.mp4"
    if not path.exists():
        video.write_mp4(path, scene.render(seed, "test", index)[0])
    return path


class OnnxRuntime:
    """Scores by ONNX Runtime on one thread."""

    def __init__(self, model):
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = 1
        self.session = onnxruntime.InferenceSession(model, options, providers=["CPUExecutionProvider"])

    def best(self, frames):
        x = video.network_input(frames).unsqueeze(0).numpy()
        return int(self.session.run(None, {self.session.get_inputs()[0].name: x})[0].argmax())


def best_by_rt3d(command, model, path):
    out = subprocess.run([command, "run", model, "--video", path, "--tune", "off", "--json"], capture_output=True, check=True,
                         text=True).stdout
    return json.loads(out)["outputs"][0]["top"][0]["index"]


def predictions(args, folder):
    """(label, answer) of every clip."""
    runtime = None if args.rt3d else OnnxRuntime(args.model)
    for index in range(args.clips):
        if args.raw:
            frames, label = scene.render(args.seed, "test", index)
        else:
            path, label = encoded(folder, args.seed, index), scene.label_of(index)
            frames = None if args.rt3d else video.read_mp4(path, scene.WIDTH, scene.HEIGHT)
        if args.still and frames is not None:
            frames = np.repeat(frames[len(frames) // 2:][:1], len(frames), axis=0)
        yield label, best_by_rt3d(args.rt3d, args.model, path) if args.rt3d else runtime.best(frames)
        if index % 100 == 99:
            print(f"{index + 1}/{args.clips}", flush=True)


def confusion_text(counts):
    """Rows are the truth, columns the answers, in the order of the classes."""
    width = max(map(len, scene.CLASSES))
    return "\n".join(f"{name:{width}} " + " ".join(f"{n:4d}" if n else "   ." for n in row)
                     for name, row in zip(scene.CLASSES, counts))


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.ArgumentDefaultsHelpFormatter)
    parser.add_argument("--model", default="demo/motion.onnx")
    parser.add_argument("--clips", type=int, default=600, help="held-out clips")
    parser.add_argument("--seed", type=int, default=2026)
    parser.add_argument("--keep", type=pathlib.Path, help="folder that keeps the MP4 files (default: a temporary one)")
    parser.add_argument("--raw", action="store_true", help="frames as rendered, without the MP4")
    parser.add_argument("--still", action="store_true", help="control: the middle frame repeated; a good data set gives chance")
    parser.add_argument("--rt3d", metavar="PATH", help="the rt3d command to ask instead of ONNX Runtime")
    args = parser.parse_args()
    if args.rt3d and (args.raw or args.still):
        parser.error("--rt3d reads MP4 files: leave out --raw and --still")
    counts = np.zeros((len(scene.CLASSES), len(scene.CLASSES)), int)
    with tempfile.TemporaryDirectory() as temporary:
        folder = args.keep or pathlib.Path(temporary)
        folder.mkdir(parents=True, exist_ok=True)
        for label, answer in predictions(args, folder):
            counts[label, answer] += 1
    print(confusion_text(counts))
    accuracy = counts.trace() / counts.sum()
    spread = (accuracy * (1 - accuracy) / counts.sum()) ** 0.5
    source = "raw" if args.raw else "MP4"
    print(f"accuracy {accuracy:.4f} +- {spread:.4f} (one standard error) on {counts.sum()} held-out {source} clips"
          f"{', still frames' if args.still else ''}, seed {args.seed}, by {args.rt3d or 'ONNX Runtime'}")


if __name__ == "__main__":
    main()
