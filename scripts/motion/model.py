"""The demo's network: a small R(2+1)D-style residual network over 3x16x64x64 clips.

Every convolution is a spatial one (1 x k x k) followed by a temporal one (k x 1 x 1), each with BatchNorm and ReLU; every
stage after the first halves time, height and width (Tran et al., "A Closer Look at Spatiotemporal Convolutions", 2018).
"""
from torch import nn

PREPROCESSING = {"frames": 16, "sampling": "uniform", "short_side": 64, "crop": 64, "scale": 1 / 255,
                 "mean": (0.45, 0.45, 0.45), "std": (0.25, 0.25, 0.25)}


def conv(inputs, outputs, kernel, stride):
    """A convolution without bias, padded to keep the size at stride 1, and its BatchNorm."""
    padding = tuple(k // 2 for k in kernel)
    return [nn.Conv3d(inputs, outputs, kernel, stride, padding, bias=False), nn.BatchNorm3d(outputs)]


def factored(inputs, outputs, stride):
    """1x3x3 then 3x1x1, the second without its activation."""
    return [*conv(inputs, outputs, (1, 3, 3), (1, stride, stride)), nn.ReLU(inplace=True),
            *conv(outputs, outputs, (3, 1, 1), (stride, 1, 1))]


def start_as_derivatives(temporal):
    """Makes the taps of three quarters of a temporal convolution's filters sum to zero.

    Neighbouring frames are nearly equal: without this, what moves is drowned in what stands still when training starts.
    """
    weight = temporal.weight.data[:temporal.out_channels * 3 // 4]
    weight -= weight.mean(dim=2, keepdim=True)


class Block(nn.Module):
    """Two factored convolutions and a shortcut."""

    def __init__(self, inputs, outputs, stride):
        super().__init__()
        self.body = nn.Sequential(*factored(inputs, outputs, stride), nn.ReLU(inplace=True),
                                  *factored(outputs, outputs, 1))
        same = stride == 1 and inputs == outputs
        self.shortcut = nn.Identity() if same else nn.Sequential(*conv(inputs, outputs, (1, 1, 1), (stride,) * 3))
        self.relu = nn.ReLU(inplace=True)

    def forward(self, x):
        return self.relu(self.body(x) + self.shortcut(x))


class MotionNet(nn.Module):
    """Clips [n, 3, 16, 64, 64], normalised, to class scores [n, classes]."""

    def __init__(self, classes, widths=(16, 32, 64, 96)):
        super().__init__()
        stem = widths[0]
        self.stem = nn.Sequential(*conv(3, stem, (1, 5, 5), (1, 2, 2)), nn.ReLU(inplace=True),
                                  *conv(stem, stem, (3, 1, 1), (1, 1, 1)), nn.ReLU(inplace=True))
        self.stages = nn.Sequential(*(Block(i, o, 2) for i, o in zip(widths, widths[1:])))
        self.pool = nn.AdaptiveAvgPool3d(1)
        self.classify = nn.Linear(widths[-1], classes)
        for module in self.modules():
            if isinstance(module, nn.Conv3d):
                nn.init.kaiming_normal_(module.weight, mode="fan_out", nonlinearity="relu")
                if module.kernel_size == (3, 1, 1):
                    start_as_derivatives(module)

    def forward(self, x):
        return self.classify(self.pool(self.stages(self.stem(x))).flatten(1))
