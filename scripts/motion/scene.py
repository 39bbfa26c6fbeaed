"""Procedural clips of one moving object: the data set of the demo's model.

A clip is a textured object that performs one of twelve motions over a textured background that drifts on its own, with
small distractor objects, sensor noise and brightness flicker. Shape, size, place, texture, colours and speeds are drawn
independently of the class, so that a single frame says (almost) nothing about it. Everything follows from
(seed, split, index): the same triple gives the same pixels on every machine with the same NumPy.

The splits draw from different worlds: "test" has shapes and textures that "train" never shows, its own seeds, and is harder: more
noise, a stronger background, more distractors.
"""
import numpy as np

CLASSES = ("move left", "move right", "move up", "move down", "rotate clockwise", "rotate counter-clockwise",
           "zoom in", "zoom out", "bounce", "shake", "orbit", "flip")
WIDTH, HEIGHT, FRAMES = 128, 96, 32
SPLITS = {"train": 0, "test": 1, "clips": 2}
SHAPES = {"train": ("ellipse", "box", "triangle", "hexagon", "cross"),
          "test": ("ellipse", "box", "triangle", "hexagon", "cross", "star", "ring", "crescent")}
TEXTURES = {"train": ("gratings", "checker", "blobs", "stripes"),
            "test": ("gratings", "checker", "blobs", "stripes", "rings", "bricks")}
# Standard deviation of the noise (of 255), contrast of the background, number of distractors: from, to.
NOISE = {"train": (2, 10), "test": (6, 24)}
CONTRAST = {"train": (0.25, 0.6), "test": (0.4, 0.85)}
DISTRACTORS = {"train": (1, 3), "test": (2, 5)}
SPRITE = 64  # an object's texture is SPRITE x SPRITE
MARGIN = 26  # pixels that the background may drift either way


def smooth_noise(rng, height, width, cell):
    """Random values on a coarse grid, interpolated: height x width in 0..1."""
    grid = rng.random((height // cell + 3, width // cell + 3), dtype=np.float32)
    y, x = np.arange(height, dtype=np.float32) / cell, np.arange(width, dtype=np.float32) / cell
    yi, xi = y.astype(int), x.astype(int)
    fy, fx = (y - yi)[:, None], (x - xi)[None, :]
    rows0, rows1 = grid[yi], grid[yi + 1]
    top = rows0[:, xi] * (1 - fx) + rows0[:, xi + 1] * fx
    bottom = rows1[:, xi] * (1 - fx) + rows1[:, xi + 1] * fx
    return (top * (1 - fy) + bottom * fy).astype(np.float32)


def pattern(rng, kind, height, width):
    """A grey pattern in 0..1 of the given kind; scale and direction are random."""
    y, x = np.mgrid[0:height, 0:width].astype(np.float32)
    angle, period = rng.uniform(0, np.pi), rng.uniform(9, 26)
    c, s = np.float32(np.cos(angle)), np.float32(np.sin(angle))
    a, b = x * c + y * s, y * c - x * s
    if kind == "gratings":
        other = rng.uniform(0.5, 0.9)
        return 0.5 + 0.25 * np.sin(a * (2 * np.pi / period)) + 0.25 * np.sin(b * (2 * np.pi * other / period))
    if kind == "checker":
        return ((np.floor(a / period * 1.5) + np.floor(b / period * 1.5)) % 2).astype(np.float32)
    if kind == "stripes":
        return (np.sin(a * (2 * np.pi / period)) > rng.uniform(-0.4, 0.4)).astype(np.float32)
    if kind == "rings":
        cy, cx = rng.uniform(0, height), rng.uniform(0, width)
        return 0.5 + 0.5 * np.sin(np.hypot(y - cy, x - cx) * (2 * np.pi / period))
    if kind == "bricks":
        row = np.floor(a / period * 1.5)
        return ((b / period + 0.5 * (row % 2)) % 1 > 0.2).astype(np.float32)
    return np.clip(smooth_noise(rng, height, width, int(rng.integers(5, 14))) * 2 - 0.5, 0, 1)


def texture(rng, split, height, width):
    """A coloured texture, height x width x 3 in 0..255: one pattern between two colours, uneven by a second one."""
    kinds = TEXTURES[split]
    grey = pattern(rng, kinds[rng.integers(len(kinds))], height, width)
    uneven = smooth_noise(rng, height, width, int(rng.integers(6, 18)))
    while True:
        first, second, third = rng.uniform(15, 240, (3, 3)).astype(np.float32)
        if np.abs(first - second).sum() > 120:
            break
    mix = (grey * 0.75 + uneven * 0.25)[..., None]
    mix = mix.astype(np.float32)
    return first + (second - first) * mix + (third - 128) * np.float32(0.35) * (uneven[..., None] - np.float32(0.5))


def outline(rng, kind):
    """An object's opacity, SPRITE x SPRITE in 0..1, within the unit disc."""
    y, x = (np.mgrid[0:SPRITE, 0:SPRITE].astype(np.float32) + 0.5) * (2 / SPRITE) - 1
    stretch = rng.uniform(0.6, 1.0)
    radius, angle = np.hypot(x, y), np.arctan2(y, x)

    def polygon(corners):
        wedge = 2 * np.pi / corners
        return radius * np.cos((angle % wedge) - wedge / 2) - 0.9 * np.cos(wedge / 2)

    distance = {
        "ellipse": lambda: np.hypot(x, y / stretch) - 0.9,
        "box": lambda: np.maximum(np.abs(x) - 0.75, np.abs(y) - 0.75 * stretch),
        "triangle": lambda: polygon(3),
        "hexagon": lambda: polygon(6),
        "cross": lambda: np.minimum(np.maximum(np.abs(x) - 0.85, np.abs(y) - 0.4 * stretch),
                                    np.maximum(np.abs(y) - 0.85, np.abs(x) - 0.4 * stretch)),
        "star": lambda: radius - 0.62 - 0.28 * np.cos(5 * angle),
        "ring": lambda: np.maximum(np.hypot(x, y / stretch) - 0.92, 0.35 - np.hypot(x, y / stretch)),
        "crescent": lambda: np.maximum(radius - 0.92, 0.6 - np.hypot(x - 0.5, y)),
    }[kind]()
    return np.clip(0.5 - distance * (SPRITE / 3), 0, 1).astype(np.float32)


def sprite(rng, split):
    """A textured object with premultiplied colours: SPRITE x SPRITE x 4, with an empty border."""
    shapes = SHAPES[split]
    alpha = outline(rng, shapes[rng.integers(len(shapes))])
    alpha[[0, -1]] = 0
    alpha[:, [0, -1]] = 0
    return np.concatenate([texture(rng, split, SPRITE, SPRITE) * alpha[..., None], alpha[..., None]], axis=2)


def distinct_sprite(rng, split, ground):
    """A sprite whose average colour is not the background's."""
    while True:
        image = sprite(rng, split)
        if np.abs(image[..., :3].sum(axis=(0, 1)) / image[..., 3].sum() - ground).sum() > 110:
            return image


def draw(frame, image, x, y, angle, half_width, half_height):
    """Composites a sprite over the frame; the angle is in radians, clockwise on the screen."""
    reach = max(abs(half_width), abs(half_height)) * 1.42 + 1
    x0, x1 = max(int(x - reach), 0), min(int(x + reach) + 2, frame.shape[1])
    y0, y1 = max(int(y - reach), 0), min(int(y + reach) + 2, frame.shape[0])
    if x0 >= x1 or y0 >= y1:
        return
    dy = np.arange(y0, y1, dtype=np.float32)[:, None] - np.float32(y)
    dx = np.arange(x0, x1, dtype=np.float32)[None, :] - np.float32(x)
    c, s = np.float32(np.cos(angle)), np.float32(np.sin(angle))
    u = (dx * c + dy * s) * np.float32(SPRITE / 2 / half_width) + np.float32(SPRITE / 2 - 0.5)
    v = (dy * c - dx * s) * np.float32(SPRITE / 2 / half_height) + np.float32(SPRITE / 2 - 0.5)
    ys, xs = np.nonzero((u > 0) & (u < SPRITE - 1) & (v > 0) & (v < SPRITE - 1))
    u, v = u[ys, xs], v[ys, xs]
    ui, vi = u.astype(np.intp), v.astype(np.intp)
    fu, fv = (u - ui)[:, None], (v - vi)[:, None]
    flat, at = image.reshape(-1, 4), vi * SPRITE + ui
    colour = ((flat[at] * (1 - fu) + flat[at + 1] * fu) * (1 - fv)
              + (flat[at + SPRITE] * (1 - fu) + flat[at + SPRITE + 1] * fu) * fv)
    target = frame[y0:y1, x0:x1]
    target[ys, xs] = target[ys, xs] * (1 - colour[:, 3:]) + colour[:, :3]


def wander(rng, t, reach):
    """A slow, smooth path within about +-reach, zero on average."""
    return (rng.uniform(-reach, reach) * (t - 0.5) * 2
            + rng.uniform(-reach, reach) * 0.5 * np.sin(2 * np.pi * (t * rng.uniform(0.3, 0.9) + rng.random())))


def motion(rng, label, t):
    """The object's path for times t in 0..1: x, y, angle, half width, half height; pixels, radians."""
    name = CLASSES[label]
    size = rng.uniform(15, 25) * np.exp(wander(rng, t, 0.07))
    half_width = half_height = size
    x = WIDTH / 2 + rng.uniform(-15, 15) + wander(rng, t, 4)
    y = HEIGHT / 2 + rng.uniform(-15, 15) + wander(rng, t, 4)
    angle = rng.uniform(0, 2 * np.pi) + wander(rng, t, 0.2)
    s = t - rng.random()  # a random moment is the one at the place drawn above
    hand = rng.choice([-1, 1])
    if name.startswith("move"):
        length, skew = rng.uniform(22, 48), rng.uniform(-0.4, 0.4)
        along, across = length * s * np.cos(skew), length * s * np.sin(skew)
        dx, dy = {"left": (-along, across), "right": (along, across),
                  "up": (across, -along), "down": (across, along)}[name.split()[1]]
        x, y = x + dx, y + dy
    elif name.startswith("rotate"):
        turn = rng.uniform(1.2, 3.8) * s
        angle = angle + (turn if name == "rotate clockwise" else -turn)
    elif name.startswith("zoom"):
        factor = np.exp(np.log(rng.uniform(1.5, 2.5)) * (s if name == "zoom in" else -s))
        half_width, half_height = half_width * factor, half_height * factor
    elif name == "bounce":
        phase = (s * rng.uniform(1.4, 3.2)) % 1
        y = y + rng.uniform(14, 30) * (0.66 - 4 * phase * (1 - phase))
        x = x + hand * rng.uniform(0, 14) * s
    elif name == "shake":
        x = x + rng.uniform(4.5, 10) * np.sin(2 * np.pi * rng.uniform(1.8, 4) * s)
    elif name == "orbit":
        radius, turn = rng.uniform(8, 16), 2 * np.pi * (hand * rng.uniform(0.8, 1.8) * s + rng.random())
        x, y = x + radius * np.cos(turn), y + radius * np.sin(turn)
    else:
        width = np.cos(np.pi * (rng.uniform(0.9, 2.4) * s + rng.random()))
        half_width = half_width * np.where(np.abs(width) < 0.04, 0.04, width)
    return np.stack(np.broadcast_arrays(x, y, angle, half_width, half_height), axis=1)


def label_of(index):
    """The class of a clip: classes take turns, so that every split is balanced."""
    return index % len(CLASSES)


def render(seed, split, index, frames=range(FRAMES)):
    """The given frames of a clip as uint8 [frames, HEIGHT, WIDTH, 3] (RGB), and its label."""
    label = label_of(index)
    rng = np.random.default_rng([seed, SPLITS[split], index])
    world = "train" if split == "train" else "test"
    t = np.arange(FRAMES) / (FRAMES - 1)
    background = texture(rng, world, HEIGHT + 2 * MARGIN, WIDTH + 2 * MARGIN)
    ground = background.mean(axis=(0, 1))
    background = ground + (background - ground) * np.float32(rng.uniform(*CONTRAST[world]))
    drift_x, drift_y = (np.clip(wander(rng, t, 16), -MARGIN + 1, MARGIN - 2) + MARGIN for _ in range(2))
    things = [(distinct_sprite(rng, world, ground), motion(rng, label, t))]
    for _ in range(rng.integers(*DISTRACTORS[world], endpoint=True)):  # distractors: smaller, slower, in front of the object or behind it
        size = rng.uniform(4, 8) * np.ones(FRAMES)
        path = np.stack([rng.uniform(16, WIDTH - 16) + wander(rng, t, 8), rng.uniform(4, HEIGHT - 4) + wander(rng, t, 8),
                         rng.uniform(0, 6) + wander(rng, t, 0.6), size, size], axis=1)
        things.insert(rng.integers(0, len(things) + 1), (sprite(rng, world), path))
    gain = rng.uniform(0.8, 1.15) + np.cumsum(rng.normal(0, 0.02, FRAMES))
    sigma = rng.uniform(*NOISE[world])

    clip = np.empty((len(frames), HEIGHT, WIDTH, 3), np.uint8)
    for k, f in enumerate(frames):
        iy, ix = int(drift_y[f]), int(drift_x[f])
        fy, fx = np.float32(drift_y[f] - iy), np.float32(drift_x[f] - ix)
        window = background[iy:iy + HEIGHT + 1, ix:ix + WIDTH + 1]
        rows = window[:-1] + (window[1:] - window[:-1]) * fy
        frame = rows[:, :-1] + (rows[:, 1:] - rows[:, :-1]) * fx
        for image, path in things:
            draw(frame, image, *path[f])
        noise = np.random.default_rng([seed, SPLITS[split], index, f]).standard_normal(frame.shape, dtype=np.float32)
        clip[k] = np.clip(frame * np.float32(gain[f]) + noise * np.float32(sigma), 0, 255, out=frame)
    return clip, label
