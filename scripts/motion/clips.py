"""Writes the demo's clips: the first held-out clip of each of some classes, whatever the network says about it."""
import argparse
import pathlib

import scene
import video

CHOSEN = ("move left", "move down", "rotate clockwise", "zoom out", "bounce", "shake", "orbit", "flip")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.ArgumentDefaultsHelpFormatter)
    parser.add_argument("--out", type=pathlib.Path, default=pathlib.Path("demo/clips"))
    parser.add_argument("--seed", type=int, default=2026)
    args = parser.parse_args()
    args.out.mkdir(parents=True, exist_ok=True)
    for name in CHOSEN:
        clip, label = scene.render(args.seed, "clips", scene.CLASSES.index(name))
        path = args.out / f"{scene.CLASSES[label].replace(' ', '_')}.mp4"
        video.write_mp4(path, clip)
        print(f"{path}: {path.stat().st_size / 1024:.0f} KB")


if __name__ == "__main__":
    main()
