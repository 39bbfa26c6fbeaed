"""Lines of convolutions, which the lists conv, sparse and winograd are made of."""
from .lines import dims, expand, line, out_size

KERNELS = [(1, 1, 1), (1, 3, 3), (3, 1, 1), (3, 3, 3), (2, 2, 2), (1, 7, 7), (3, 7, 7), (5, 1, 1), (7, 1, 1), (1, 5, 5), (5, 7, 7)]


def conv_line(size, ic, oc, k, s=1, p=None, d=1, g=1, n=1, bias=True, add=False, act="", back=None):
    """size: the input's d h w (or fewer); p None: half the kernel; back None: as p."""
    m = len(size)
    k, s, d = expand(k, m), expand(s, m), expand(d, m)
    p = tuple((v - 1) * e // 2 for v, e in zip(k, d)) if p is None else expand(p, m)
    back = p if back is None else expand(back, m)
    y = [out_size(*v) for v in zip(size, k, s, p, back, d)]
    if min(y) < 1:
        return None
    y = (n, oc, *y)
    inputs = [dims((n, ic, *size)), "c" + dims((oc, ic // g, *k))]
    if bias or add:
        inputs.append(f"c{oc}" if bias else "-")
    if add:
        inputs.append(dims(y))
    return line("Conv", inputs, [dims(y)], act, strides=s, pads=p + back, dilations=d, group=g)
