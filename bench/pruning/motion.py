"""The motion clips of scripts/motion as labelled videos in files: one folder for each class, and two lists of 'path label'."""

import multiprocessing
import subprocess
import sys

from .cells import ROOT

sys.path.append(str(ROOT / "scripts/motion"))

import scene  # noqa: E402  (the path comes first)

SEED = 2026


def name_of(split, index):
    label = scene.label_of(index)
    return f"{scene.CLASSES[label].replace(' ', '_')}/{split}_{index:05}.mp4", label


def encode(path, clip):
    """uint8 [frames, height, width, 3] as H.264 in MP4; whole or not at all."""
    _, height, width, _ = clip.shape
    part = path.with_suffix(".part")
    command = ["ffmpeg", "-hide_banner", "-loglevel", "error", "-y", "-threads", "1", "-f", "rawvideo", "-pix_fmt", "rgb24",
               "-video_size", f"{width}x{height}", "-framerate", "25", "-i", "-", "-c:v", "libx264", "-threads", "1",
               "-preset", "veryfast", "-crf", "20", "-pix_fmt", "yuv420p", "-f", "mp4", str(part)]
    subprocess.run(command, input=clip.tobytes(), check=True)
    part.rename(path)


def render(job):
    folder, split, index = job
    path = folder / name_of(split, index)[0]
    if not path.exists():
        encode(path, scene.render(SEED, split, index)[0])


def write_clips(folder, train, test, processes):
    """`train` and `test` clips, twelve classes in turn; what is there stays. Returns the two lists."""
    counts = {"train": train, "test": test}
    for name in scene.CLASSES:
        (folder / name.replace(" ", "_")).mkdir(parents=True, exist_ok=True)
    jobs = [(folder, split, index) for split, count in counts.items() for index in range(count)]
    with multiprocessing.Pool(processes) as pool:
        for done, _ in enumerate(pool.imap_unordered(render, jobs, chunksize=8), start=1):
            if done % 200 == 0 or done == len(jobs):
                print(f"clips: {done} of {len(jobs)}", file=sys.stderr, flush=True)
    lists = []
    for split, count in counts.items():
        lists.append(folder / f"{split}.txt")
        rows = (name_of(split, index) for index in range(count))
        lists[-1].write_text("".join(f"{path} {label}\n" for path, label in rows))
    return lists
