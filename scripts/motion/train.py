"""Trains the demo's motion network on rendered clips and writes its weights; one CPU core is enough.

Half of the training clips go through an H.264 encoder, so that the network knows what compression does. The test clips come
from other seeds, shapes and textures. Rendered clips are cached as uint8 files in --cache.
"""
import argparse
import pathlib
import time

import numpy as np
import torch
from torch import nn

import scene
import video
from model import MotionNet, PREPROCESSING

WIDE = 72  # cached width: 8 pixels of play for random crops
CROP = PREPROCESSING["crop"]
CHUNK = 120  # clips rendered, and encoded, together


def swapped(*pairs):
    """The labels after exchanging the classes of each pair."""
    table = list(range(len(scene.CLASSES)))
    for first, second in pairs:
        a, b = scene.CLASSES.index(first), scene.CLASSES.index(second)
        table[a], table[b] = b, a
    return torch.tensor(table)


SIDES, ENDS = ("move left", "move right"), ("move up", "move down")
HANDS, ZOOMS = ("rotate clockwise", "rotate counter-clockwise"), ("zoom in", "zoom out")
MIRRORED, UPSIDE_DOWN = swapped(SIDES, HANDS), swapped(ENDS, HANDS)
BACKWARDS = swapped(SIDES, ENDS, HANDS, ZOOMS)
BOUNCE = scene.CLASSES.index("bounce")


def progress(text, started, done, total):
    left = (time.time() - started) / max(done, 1) * (total - done)
    print(f"{text}  {done}/{total}  {left:.0f} s left", flush=True)


def rendered(cache, seed, split, count):
    """uint8 [count, 3, 16, 64, WIDE] of the split's first clips, from the cache's file or rendered into it."""
    path = cache / f"{split}-{seed}-{count}.npy"
    if path.exists():
        return np.load(path, mmap_mode="r")
    cache.mkdir(parents=True, exist_ok=True)
    partial = path.with_suffix(".partial")
    shape = (count, 3, PREPROCESSING["frames"], PREPROCESSING["short_side"], WIDE)
    out = np.lib.format.open_memmap(partial, "w+", np.uint8, shape)
    frames, started = video.sampled(scene.FRAMES), time.time()
    for first in range(0, count, CHUNK):
        clips = np.stack([scene.render(seed, split, i, frames)[0] for i in range(first, min(first + CHUNK, count))])
        if split == "train" and first // CHUNK % 2:
            clips = video.through_codec(clips, crf=18 + first // CHUNK % 11)
        for k, clip in enumerate(clips):
            out[first + k] = video.resized(clip, WIDE).round().numpy().astype(np.uint8)
        if first // CHUNK % 5 == 4:
            progress(f"rendering {split}", started, first + len(clips), count)
    out.flush()
    partial.rename(path)
    return np.load(path, mmap_mode="r")


def augmented(x, labels, rng):
    """Random crops, mirror images and time reversal, with the labels that these change; brightness and contrast."""
    left = int(rng.integers(WIDE - CROP + 1))
    x = x[..., left:left + CROP].float()
    if rng.random() < 0.5:
        x, labels = x.flip(4), MIRRORED[labels]
    if rng.random() < 0.5:
        upright = labels == BOUNCE  # gravity points down
        x, labels = torch.where(upright.view(-1, 1, 1, 1, 1), x, x.flip(3)), UPSIDE_DOWN[labels]
    if rng.random() < 0.5:
        x, labels = x.flip(2), BACKWARDS[labels]
    gain = torch.from_numpy(rng.uniform(0.8, 1.2, (len(x), 3, 1, 1, 1)).astype(np.float32))
    return video.normalised(x * gain), labels


def accuracy(model, clips, labels, batch=60):
    seen, right = 0, 0
    model.eval()
    with torch.inference_mode():
        for first in range(0, len(clips), batch):
            x = torch.from_numpy(np.array(clips[first:first + batch]))
            side = (WIDE - CROP) // 2
            scores = model(video.normalised(x[..., side:side + CROP].float()))
            right += (scores.argmax(1) == labels[first:first + batch]).sum().item()
            seen += len(x)
    return right / seen


def train(model, clips, labels, test, test_labels, args):
    """AdamW under a one-cycle schedule. (In bfloat16 some CPUs' weight gradients of thin temporal convolutions are wrong.)"""
    steps = len(clips) // args.batch
    decayed = [p for p in model.parameters() if p.ndim > 1]
    others = [p for p in model.parameters() if p.ndim <= 1]
    optimizer = torch.optim.AdamW([{"params": decayed, "weight_decay": 0.02}, {"params": others, "weight_decay": 0.0}])
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, args.lr, total_steps=steps * args.epochs, pct_start=0.15)
    rng, started = np.random.default_rng([args.seed, 1] if args.start else [args.seed]), time.time()
    for epoch in range(args.epochs):
        model.train()
        order, total, right = rng.permutation(len(clips)), 0.0, 0
        for step in range(steps):
            pick = np.sort(order[step * args.batch:(step + 1) * args.batch])
            x, y = augmented(torch.from_numpy(clips[pick]), labels[pick], rng)
            x = x.contiguous(memory_format=torch.channels_last_3d)
            scores = model(x)
            loss = nn.functional.cross_entropy(scores, y)
            optimizer.zero_grad(set_to_none=True)
            loss.backward()
            nn.utils.clip_grad_norm_(model.parameters(), 2.0)
            optimizer.step()
            schedule.step()
            total += loss.item()
            right += (scores.argmax(1) == y).sum().item()
            if step % 50 == 49:
                so_far = f"loss {total / (step + 1):.3f}  right {right / (step + 1) / args.batch:.3f}"
                progress(f"epoch {epoch + 1}  {so_far}", started, epoch * steps + step + 1, steps * args.epochs)
        checked = accuracy(model, test, test_labels)
        print(f"epoch {epoch + 1}/{args.epochs}  loss {total / steps:.4f}  train {right / steps / args.batch:.4f}  "
              f"test {checked:.4f}  {time.time() - started:.0f} s", flush=True)
        torch.save(model.state_dict(), args.out)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.ArgumentDefaultsHelpFormatter)
    parser.add_argument("--cache", type=pathlib.Path, default=pathlib.Path("build/motion"), help="folder of rendered clips")
    parser.add_argument("--out", type=pathlib.Path, default=pathlib.Path("build/motion/motion.pt"), help="trained weights")
    parser.add_argument("--clips", type=int, default=2400, help="training clips")
    parser.add_argument("--test-clips", type=int, default=240, help="test clips")
    parser.add_argument("--epochs", type=int, default=6)
    parser.add_argument("--batch", type=int, default=16)
    parser.add_argument("--lr", type=float, default=2e-3, help="highest learning rate of the cycle")
    parser.add_argument("--start", type=pathlib.Path, help="trained weights to go on from (default: random ones)")
    parser.add_argument("--seed", type=int, default=2026, help="of the clips, the weights and the order")
    parser.add_argument("--threads", type=int, default=1)
    args = parser.parse_args()
    torch.set_num_threads(args.threads)
    torch.manual_seed(args.seed)
    test = rendered(args.cache, args.seed, "test", args.test_clips)
    clips = rendered(args.cache, args.seed, "train", args.clips)
    labels, test_labels = (torch.arange(n) % len(scene.CLASSES) for n in (args.clips, args.test_clips))
    model = MotionNet(len(scene.CLASSES)).to(memory_format=torch.channels_last_3d)
    if args.start:
        model.load_state_dict(torch.load(args.start, weights_only=True))
    args.out.parent.mkdir(parents=True, exist_ok=True)
    train(model, clips, labels, test, test_labels, args)
    print(f"test accuracy on {len(test)} raw clips: {accuracy(model, test, test_labels):.4f}")


if __name__ == "__main__":
    main()
