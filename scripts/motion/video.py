"""MP4 clips by the ffmpeg command (Debian package ffmpeg), and the preprocessing that `rt3d run --video` does.

Frames to network input: n decoded RGB frames -> frame int(n/16 * (k + 0.5)) for k = 0..15 -> bilinear resize of the short
side (pixel centres, align_corners=False, no antialiasing) -> centre crop -> (value * scale - mean) / std.
"""
import subprocess

import numpy as np
import torch

from model import PREPROCESSING

QUIET = ["ffmpeg", "-hide_banner", "-loglevel", "error", "-y", "-threads", "1"]


def raw_input(width, height):
    return ["-f", "rawvideo", "-pix_fmt", "rgb24", "-video_size", f"{width}x{height}", "-framerate", "25"]


def x264(crf, gop, preset="medium"):
    return ["-c:v", "libx264", "-threads", "1", "-preset", preset, "-crf", str(crf), "-g", str(gop), "-pix_fmt", "yuv420p"]


def write_mp4(path, clip, crf=20):
    """Writes uint8 [frames, height, width, 3] as H.264 in MP4, 25 frames per second."""
    frames, height, width, _ = clip.shape
    command = [*QUIET, *raw_input(width, height), "-i", "-", *x264(crf, frames), "-bitexact",
               "-movflags", "+faststart", "-f", "mp4", str(path)]
    subprocess.run(command, input=clip.tobytes(), check=True)


def read_mp4(path, width, height):
    """All frames of a video file of known size, uint8 [frames, height, width, 3]."""
    command = [*QUIET, "-i", str(path), "-f", "rawvideo", "-pix_fmt", "rgb24", "-"]
    data = subprocess.run(command, capture_output=True, check=True).stdout
    return np.frombuffer(data, np.uint8).reshape(-1, height, width, 3)


def through_codec(clips, crf):
    """Clips [clips, frames, height, width, 3] as they come back from a fast H.264 encoder, every clip a group of its own."""
    count, frames, height, width, _ = clips.shape
    encode = [*QUIET, *raw_input(width, height), "-i", "-", *x264(crf, frames, "veryfast"), "-bf", "0", "-sc_threshold", "0",
              "-f", "nut", "-"]
    stream = subprocess.run(encode, input=clips.tobytes(), capture_output=True, check=True).stdout
    decode = [*QUIET, "-f", "nut", "-i", "-", "-f", "rawvideo", "-pix_fmt", "rgb24", "-"]
    data = subprocess.run(decode, input=stream, capture_output=True, check=True).stdout
    return np.frombuffer(data, np.uint8).reshape(clips.shape)


def sampled(count, wanted=PREPROCESSING["frames"]):
    """The indices of `wanted` frames spread evenly over `count`."""
    return [int(count / wanted * (k + 0.5)) for k in range(wanted)]


def resized(frames, crop_width, short_side=PREPROCESSING["short_side"]):
    """uint8 [frames, h, w, 3] -> float32 [3, frames, short_side, crop_width], values still 0..255. Landscape only."""
    _, height, width, _ = frames.shape
    x = torch.from_numpy(np.array(frames)).permute(0, 3, 1, 2).float()
    long_side = width * short_side // height
    x = torch.nn.functional.interpolate(x, (short_side, long_side), mode="bilinear", align_corners=False)
    left = (long_side - crop_width) // 2
    return x[..., left:left + crop_width].permute(1, 0, 2, 3)


def normalised(x):
    """float32 [..., 3, frames, h, w] with values 0..255 -> what the network takes."""
    mean, std = (torch.tensor(PREPROCESSING[key]).view(3, 1, 1, 1) for key in ("mean", "std"))
    return (x * PREPROCESSING["scale"] - mean) / std


def network_input(frames):
    """Decoded frames uint8 [n, h, w, 3] -> float32 [3, 16, 64, 64]."""
    return normalised(resized(frames[sampled(len(frames))], PREPROCESSING["crop"]))
